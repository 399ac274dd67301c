// A web worker that answers questions with the page's own program. The first message brings the program: the address of
// the page's script and its compiled WebAssembly, which is not compiled again. In a page that is one file, the script
// stands before this text. Each further message `{ id, text }` is answered with `{ id, text }`, or with
// `{ id, failure }` if the program failed. A text that begins with `timed ` is answered with the milliseconds that the
// program took, and then its answer: the way here and back is not in them.

const TIMED = 'timed ';

const { promise: started, resolve: start } = Promise.withResolvers?.() ?? deferred();

function deferred() {
  const made = {};
  made.promise = new Promise((resolve) => { made.resolve = resolve; });
  return made;
}

async function load({ script, program }) {
  const glue = globalThis.faultscope ?? await import(script);
  await glue.default({ module_or_path: program });
  return glue;
}

function answer(glue, text) {
  if (!text.startsWith(TIMED)) return glue.faultscope_answer(text);
  const start = performance.now();
  const answered = glue.faultscope_answer(text.slice(TIMED.length));
  return `${performance.now() - start} ${answered}`;
}

addEventListener('message', async ({ data }) => {
  if (data.program) {
    start(load(data));
    return;
  }
  try {
    const glue = await started;
    postMessage({ id: data.id, text: answer(glue, data.text) });
  } catch (failure) {
    postMessage({ id: data.id, failure: String(failure) });
  }
});
