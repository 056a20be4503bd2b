/** The sides, by name. */
import { goimage, viaDockerfile } from "./images";

export { goimage, viaDockerfile } from "./images";
export { koAlone, koFromPulumi } from "./ko";
export { compiler, empty, limit } from "./limits";

export { emptyYaml, pluginFromTypeScript, pluginFromYaml } from "./plugin";

export const docker = goimage("docker");
export const buildkit = goimage("buildkit");
export const tunedDocker = viaDockerfile("tuned", "docker");
export const tunedBuildkit = viaDockerfile("tuned", "buildkit");
export const originalDocker = viaDockerfile("original", "docker");
export const originalBuildkit = viaDockerfile("original", "buildkit");
