const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?|[eE][+-]?\d+)$/;

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** What the API server says of text that is no quantity. */
export const QUANTITY_RULE =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** The number that `64Mi` or `10m` stands for; undefined for what is no quantity. */
export function quantity(text: unknown): number | undefined {
  const match = QUANTITY.exec(String(text));
  if (match === null) return undefined;
  const [, number, suffix = ''] = match;
  return Number(number) * (SUFFIXES[suffix] ?? (suffix === '' ? 1 : Number(`1${suffix}`)));
}
