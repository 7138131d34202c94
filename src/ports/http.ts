export interface HttpReadRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** More than this of the body is dropped; 64 KiB when absent. */
  readonly maxBodyBytes?: number;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** Plain HTTP reads. Any status is a response; only a missing answer throws (PortFailure: dns, refused, tls, timeout …). */
export interface HttpReads {
  read(request: HttpReadRequest): Promise<HttpResponse>;
}
