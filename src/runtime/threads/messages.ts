/** What a thread is told. Several questions may be under way at once, each with an identifier of its own. */
export type ToThread<Question, News> =
  | { readonly kind: 'question'; readonly id: number; readonly question: Question }
  /** More on a question that it has been asked. */
  | { readonly kind: 'news'; readonly id: number; readonly news: News }
  /** Nobody waits for the answer any more. */
  | { readonly kind: 'cancel'; readonly id: number };

/** What a thread says: that it has started, and an answer, once to each question. */
export type FromThread<Answer> =
  | { readonly kind: 'started' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  /** What was thrown instead. Message, stack and cause come across, its class does not. */
  | { readonly kind: 'error'; readonly id: number; readonly error: Error };
