// mdBook links its `additional-js` from every page; this loads the element from where the runs are.
{
  const script = document.createElement('script');
  script.src = new URL('../../faultscope/fault-scope.js', document.baseURI).href;
  document.head.append(script);
}
