// Which pages may call, and under which names. A browser sends Origin with everything that could do harm from a
// foreign page; who sends none is not a browser. The Host is checked too, since a foreign name that resolves to
// this machine would make a foreign page the same origin (DNS rebinding).

export interface OriginPolicy {
  /** True where the `Host` header names this service. */
  knownHost(host: string | undefined): boolean;
  /** True where a page of this `Origin` may call, or there is no Origin. */
  allows(origin: string | undefined, host: string | undefined): boolean;
}

interface OriginSettings {
  readonly host: string;
  readonly corsOrigins?: readonly string[];
  readonly loopbackOrigins?: boolean;
  readonly hosts?: readonly string[];
}

export function originPolicy(settings: OriginSettings): OriginPolicy {
  const origins = new Set(settings.corsOrigins);
  const hosts = new Set(settings.hosts?.map((host) => host.toLowerCase()));
  const onLoopback = isLoopback(settings.host);
  return {
    knownHost(host) {
      const name = hostName(`http://${host ?? ""}`);
      if (name === undefined) return false;
      if (hosts.size === 0 && !onLoopback) return true;
      return hosts.has(name) || (onLoopback && isLoopback(name));
    },
    allows(origin, host) {
      if (origin === undefined) return true;
      if (origins.has(origin)) return true;
      const url = parsed(origin);
      if (url === undefined) return false;
      return (
        url.host === host?.toLowerCase() || (settings.loopbackOrigins === true && isLoopback(url.hostname))
      );
    },
  };
}

export function isLoopback(name: string): boolean {
  return name === "localhost" || name === "::1" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
}

function hostName(url: string): string | undefined {
  return parsed(url)?.hostname.toLowerCase() || undefined;
}

/** An origin as browsers write it; undefined for "null" and anything that is more, or less, than an origin. */
function parsed(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain =
    url !== undefined && url.username === "" && url.pathname === "/" && url.search + url.hash === "";
  return plain && url.protocol.startsWith("http") ? url : undefined;
}
