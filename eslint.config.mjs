import js from "@eslint/js";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/**
 * What the folders of components/ may import, in the order of the flow: what comes before, and leaves. Of another folder only
 * its face, index.ts. args.ts, outputs.ts and limits.ts are for all.
 */
const mayImport = {
  text: [],
  work: [],
  goSyntax: [],
  goBinary: [],
  name: [],
  registry: ["text", "work", "goBinary", "name"],
  inputs: ["text", "goSyntax", "name"],
  source: ["text", "work", "goSyntax", "inputs"],
  context: ["text", "inputs", "source"],
  dockerfile: ["text", "goSyntax", "inputs", "source"],
  engines: ["text", "registry", "inputs", "dockerfile"],
  report: ["text", "goBinary", "name", "registry"],
  seeds: ["text", "work", "name", "registry"],
  deploy: [
    ...["text", "work", "inputs", "source", "context", "dockerfile", "engines"],
    ...["name", "registry", "seeds", "report"],
  ],
  cli: ["text", "goSyntax", "name", "registry", "report", "seeds"],
};
const face = (name) => `./${name}/index.ts`;
const forAll = ["./args.ts", "./outputs.ts", "./limits.ts"];
const folders = Object.keys(mayImport);
const zones = [
  ...folders.map((folder) => ({
    target: `./components/${folder}`,
    from: "./components",
    except: [`./${folder}`, ...forAll, ...mayImport[folder].map(face)],
    message: `${folder}/ may import ${mayImport[folder].join(", ") || "no other folder"}: eslint.config.mjs`,
  })),
  ...folders.map((folder) => ({
    target: "./components/*.ts",
    from: `./components/${folder}`,
    except: ["./index.ts"],
    message: `import ${folder}/index.ts`,
  })),
];

export default tseslint.config(
  // The packages that they import are not installed here.
  {
    ignores: [
      "dist/",
      ".toolchain/",
      "**/.goimage/",
      "examples/lambda/",
      "examples/cloud-run/",
      "examples/company-component/",
      "examples/typescript-sdk/",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: "tsconfig.check.json", tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // An Output or an Input in a template or a condition is always a mistake in a Pulumi program.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-base-to-string": "error",
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", name: ["describe", "it"], package: "node:test" }] },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["components/**/*.ts", "bench/**/*.ts", "tools/**/*.ts"],
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [
        createNodeResolver({ extensions: [".ts", ".js"], extensionAlias: { ".js": [".ts", ".js"] } }),
      ],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
    },
    rules: {
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { zones }],
    },
  },
  {
    files: ["components/{work,goSyntax,name,registry,goBinary,source,text,context,report,cli}/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@pulumi/*"], message: "this folder knows nothing of Pulumi" }] },
      ],
    },
  },
  {
    // File names, registries and builders say anything: what is logged or thrown for users leaves by one door, which cleans it.
    files: ["components/**/*.ts", "provider/**/*.ts", "testing/**/*.ts"],
    ignores: ["components/deploy/pulumi/say.ts", "components/deploy/pulumi/userErrors.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "MemberExpression[object.name='pulumi'][property.name='log']",
          message: "say() of deploy/pulumi/say.ts",
        },
        {
          selector:
            "ImportSpecifier[imported.name='log'], ImportSpecifier[imported.name=/^(Run|Resource|InputPropert(y|ies))Error$/]",
          message: "say() of deploy/pulumi/say.ts, or an error of deploy/pulumi/userErrors.ts",
        },
        {
          selector: "NewExpression[callee.property.name=/^(Run|Resource|InputPropert(y|ies))Error$/]",
          message: "invalidInputs, failure or runError of deploy/pulumi/userErrors.ts",
        },
      ],
    },
  },
  {
    // Scripts of the report's page, which run in a browser one after the other and are checked by tsconfig.page.json.
    files: ["components/report/page/*.js"],
    languageOptions: { sourceType: "script" },
    rules: { "no-undef": "off", "no-unused-vars": "off" },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
);
