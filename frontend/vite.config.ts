import { defineConfig } from "vite";

const PAGES = ["edit", "job", "jobs", "new", "reviews", "shared", "signed-in"];

export default defineConfig({
  base: "./", // chunks find each other wherever a proxy puts the application
  publicDir: false,
  build: {
    target: ["chrome109", "firefox115", "safari16.4"],
    outDir: "../scribedock/web/static",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    license: { fileName: "licences.json" },
    rolldownOptions: {
      input: Object.fromEntries(PAGES.map((name) => [name, `src/pages/${name}.ts`])),
      output: {
        entryFileNames: "[name].[hash].js",
        chunkFileNames: "[name].[hash].js",
        assetFileNames: "[name].[hash][extname]",
      },
    },
  },
});
