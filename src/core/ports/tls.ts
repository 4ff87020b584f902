// How a part of the service is spoken to over TLS: whom we believe, and what we show of ourselves.

export interface TlsIdentity {
  /** Certificates of the authorities that are believed, PEM; left out: those that Node believes. */
  readonly ca?: string;
  /** Our own certificate and its chain, PEM, and its key: where the other side asks who we are. */
  readonly cert?: string;
  readonly key?: string;
}
