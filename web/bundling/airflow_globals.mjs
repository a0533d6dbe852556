// What Airflow's own page holds as globals: a second React in one page breaks hooks, and a second router sees no address.
const GLOBALS = {
  "react": "React",
  "react-dom": "ReactDOM",
  "react/jsx-runtime": "ReactJSXRuntime",
  "react-router-dom": "ReactRouterDOM",
  "@chakra-ui/react": "ChakraUI",
  "@emotion/react": "EmotionReact",
};
const NAMESPACE = "airflow-global";

/** An esbuild plugin by which imports of those packages read the globals; nothing of them is bundled. */
export const airflowGlobals = {
  name: NAMESPACE,
  setup(build) {
    const known = new RegExp(`^(${Object.keys(GLOBALS).join("|")})$`);
    build.onResolve({ filter: known }, ({ path }) => ({ path, namespace: NAMESPACE }));
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: `module.exports = globalThis[${JSON.stringify(GLOBALS[path])}];`,
    }));
    // A submodule that is not listed would drag a second copy in without a word.
    build.onResolve({ filter: /^(react|react-dom|react-router|@chakra-ui|@emotion)(\/|$)/ }, ({ path }) =>
      known.test(path) ? undefined : { errors: [{ text: `${path} is no global of Airflow's page; use what ${Object.keys(GLOBALS).join(", ")} export.` }] },
    );
  },
};
