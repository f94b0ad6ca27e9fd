import { DrowseError } from "../tensor/errors.ts";

/** Where a Redis or Valkey is, and how to get in. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  readonly tls: boolean;
  /** The address for people's eyes: without name and password. */
  readonly shown: string;
}

const REMEDY = "give redis://[NAME:PASSWORD@]HOST[:PORT][/DATABASE], or rediss:// for TLS";

/**
 * Reads the address of a Redis.
 * @throws {DrowseError} on anything else. The message does not repeat what was given: there may be a password in it.
 */
export function parseRedisAddress(operation: string, text: string): RedisAddress {
  const refuse = (received: string): never => {
    throw new DrowseError(operation, `the address of the queue ${received}`, REMEDY);
  };
  const url = URL.canParse(text) ? new URL(text) : refuse("is no URL");
  const { protocol, port, search, hash } = url;
  if (protocol !== "redis:" && protocol !== "rediss:") refuse("does not begin with redis:// or rediss://");
  if (url.hostname === "") refuse("has no host");
  if (search !== "" || hash !== "") refuse("has something behind the database");
  const [, digits] = /^\/?(\d{0,5})$/.exec(url.pathname) ?? refuse("has a database that is no whole number");
  const [host, database] = [url.hostname.replace(/^\[|\]$/g, ""), Number(digits)];
  const [username, password] = [decode(url.username) ?? refuse("has a name with a stray %"), decode(url.password)];
  if (password === undefined) return refuse("has a password with a stray %");
  return {
    ...{ host, port: port === "" ? 6379 : Number(port), database, tls: protocol === "rediss:" },
    ...(username === "" ? {} : { username }),
    ...(password === "" ? {} : { password }),
    shown: `${protocol}//${url.host}${database === 0 ? "" : `/${database}`}`,
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A text in which a password, and a name beside it, are no longer to be read: for messages that come from elsewhere. */
export function withoutSecrets(text: string, { username, password }: RedisAddress): string {
  const secrets = password === undefined ? [] : [password, encodeURIComponent(password), ...(username ? [`${username}:`] : [])];
  return secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, "***"), text);
}
