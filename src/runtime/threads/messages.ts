/** Messages to a thread. Several requests may be in progress, each with its identifier. */
export type ToThread<Question, News> =
  | { readonly kind: 'question'; readonly id: number; readonly question: Question }
  /** A later message about a request. */
  | { readonly kind: 'news'; readonly id: number; readonly news: News }
  /** The reply is no longer awaited. */
  | { readonly kind: 'cancel'; readonly id: number };

/** Messages from a thread: that it has started, and one reply per request. */
export type FromThread<Answer> =
  | { readonly kind: 'started' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  /** An error in place of a reply. Message, stack and cause are kept, its class is not. */
  | { readonly kind: 'error'; readonly id: number; readonly error: Error };
