import { testPushFaults } from "./push";

testPushFaults("docker");
