/** The one style of all pages. What is in it is known to the policy by its hash. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5a6478; --line: #c9d0dc; --paper: #fff; --ground: #eef1f6;
  --brand: #1f4fd1; --on-brand: #fff; --bad: #a11d2b; --bad-ground: #fdecee }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf4; --soft: #a4afc4; --line: #445069; --paper: #1a2130;
  --ground: #10151f; --brand: #8fb0ff; --on-brand: #0e1830; --bad: #ffb3ba; --bad-ground: #43202a } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 26rem; padding: 2rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: .75rem; overflow-wrap: anywhere }
.brand { margin: 0 0 1.25rem; color: var(--brand); font-weight: 700; letter-spacing: .04em }
h1 { margin: 0 0 .5rem; font-size: 1.4rem; line-height: 1.25 }
p { margin: 0 0 1rem } .soft { color: var(--soft); font-size: .9rem }
.below { margin: 1.25rem 0 .5rem }
ul { margin: 0 0 1.25rem; padding-left: 1.25rem } li { margin: .25rem 0 }
label { display: block; margin: 0 0 .3rem; font-weight: 600 }
input { width: 100%; margin: 0 0 1rem; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--soft); border-radius: .45rem }
input.code { font-family: ui-monospace, monospace; font-size: 1.4rem; letter-spacing: .12em; text-transform: uppercase }
.code-shown { margin: 0 0 1rem; padding: .75rem; text-align: center; font: 1.6rem ui-monospace, monospace;
  letter-spacing: .12em; background: var(--ground); border-radius: .45rem }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem }
button { flex: 1 1 8rem; padding: .7rem 1rem; font: inherit; font-weight: 600; cursor: pointer; border-radius: .45rem;
  border: 1px solid var(--brand); background: var(--brand); color: var(--on-brand) }
button.other { background: transparent; color: var(--brand) }
button.link { flex: none; padding: 0; border: 0; background: none; color: var(--brand); font-weight: 400;
  text-decoration: underline }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px }
.alert { padding: .65rem .8rem; color: var(--bad); background: var(--bad-ground); border-left: 4px solid var(--bad);
  border-radius: .3rem }
`;
