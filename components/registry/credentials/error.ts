/** Credentials are stored in a way that cannot be read; the message names the file or helper, never a secret. */
export class CredentialError extends Error {
  override readonly name = "CredentialError";
}
