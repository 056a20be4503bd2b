import { testPushFaults } from "./push";

testPushFaults("buildkit");
