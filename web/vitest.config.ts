import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["tests/**/*.test.{ts,tsx}"], environment: "jsdom", isolate: false, setupFiles: ["tests/patience.ts"], testTimeout: 600_000, restoreMocks: true } });
