/** The playground's page. */
import { startApp } from "./app.ts";

await startApp(document.body);
