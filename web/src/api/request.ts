/** The API has answered with an error, or not at all; says so in one sentence. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const BUNDLE = import.meta.url;
const LOGGED_OUT = "You are not logged in any more. Load the page again to log in.";
const UNREACHED = "Airflow's server does not answer; the page asks again.";

/** The address of something in our API, which lies beside the bundle, whatever path Airflow is served under. */
export function apiAddress(path: string): string {
  return new URL(`../api/${path}`, BUNDLE).href;
}

/** The address of something in Airflow's own API. */
export function airflowAddress(path: string): string {
  return new URL(`api/v2/${path}`, document.baseURI).href;
}

/**
 * Ask a server.
 *
 * @returns The answer; also where it is 304.
 * @throws {ApiError} The server refuses or does not answer.
 */
export async function ask(address: string, options: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(UNREACHED, 0);
  }
  if (answer.ok || answer.status === 304) return answer;
  throw new ApiError(answer.status === 401 ? LOGGED_OUT : await refusal(answer), answer.status);
}

async function refusal(answer: Response): Promise<string> {
  try {
    const { detail } = (await answer.json()) as { detail?: unknown };
    if (typeof detail === "string") return detail;
    if (detail !== undefined) return JSON.stringify(detail);
  } catch {
    // A proxy's error page is no JSON: the status says what there is to say.
  }
  return `The server answers ${answer.status} ${answer.statusText}.`;
}
