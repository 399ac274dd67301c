// Starts the page that is one file: the program stands in it, packed. Nothing is asked of any address, so that it works
// from a disk, where a browser refuses modules and requests.

{
  const unpacked = () => {
    const packed = atob(document.getElementById('program').textContent);
    const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream, { headers: { 'Content-Type': 'application/wasm' } });
  };
  const start = async () => {
    const program = await WebAssembly.compileStreaming(unpacked());
    await faultscope.default({ module_or_path: program });
  };
  start();
}
