/** Stored credentials cannot be read. The message names the file or the helper, never a secret. */
export class CredentialError extends Error {
  override readonly name = "CredentialError";
}
