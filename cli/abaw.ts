import { allowDeafReaders, finish } from "./finish.ts";
import { main } from "./main.ts";

allowDeafReaders();
main(process.argv.slice(2)).then(finish);
