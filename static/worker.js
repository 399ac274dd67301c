// A web worker that answers questions with the page's own program. The first message brings the program: the address of
// the page's script and its compiled WebAssembly, which is not compiled again. Each further message `{ id, text }` is
// answered with `{ id, text }`, or with `{ id, failure }` if the program failed.

const { promise: started, resolve: start } = Promise.withResolvers?.() ?? deferred();

function deferred() {
  const made = {};
  made.promise = new Promise((resolve) => { made.resolve = resolve; });
  return made;
}

async function load({ script, program }) {
  const glue = await import(script);
  await glue.default({ module_or_path: program });
  return glue;
}

addEventListener('message', async ({ data }) => {
  if (data.script) {
    start(load(data));
    return;
  }
  try {
    const glue = await started;
    postMessage({ id: data.id, text: glue.faultscope_answer(data.text) });
  } catch (failure) {
    postMessage({ id: data.id, failure: String(failure) });
  }
});
