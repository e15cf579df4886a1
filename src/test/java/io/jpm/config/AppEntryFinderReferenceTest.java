package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.command.CallerContext;
import io.jpm.config.settings.AppDefaults;
import io.jpm.spec.AppKey;
import io.jpm.spec.AppKey.Group;
import io.jpm.spec.AppKey.Support;
import io.jpm.spec.KeyNotes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Compares `docs/process-file.md` with the text generated from the catalogue. With
/// `-Djpm.golden.write=true` the test writes the page.
class AppEntryFinderReferenceTest {
  private static final Path PAGE = Path.of("docs/process-file.md");
  private static final Path EXAMPLE = Path.of("examples/supervision.json");

  private static final String HEAD =
      """
      # The process file

      A process file describes one or more apps. The following commands accept a process file:

      - `jpm start FILE` starts all apps in the file. `--only web,worker` starts only these two apps. If an app is already in the
        list, jpm replaces its settings and restarts it.
      - `jpm stop`, `restart`, `reload` and `delete` act on the apps in the file that are also in the list.
      - `jpm startOrRestart` and `startOrReload` act on all apps in the file.

      ```json
      EXAMPLE```

      This is the content of [examples/supervision.json](../examples/supervision.json), which you can start without changes.

      ## General rules

      - The file extension determines the [format](#formats).
      - The file contains one of the following: `{"apps": [ … ]}`, a list of apps, a single app, or `{"pm2": …}` as in a
        `package.json`.
      - A file can contain two more sections next to `apps`: `deploy` configures `jpm deploy`, and `static` lists directories to
        serve, as `jpm serve` does. Example: `"static": [{"path": "dist", "port": 8080, "spa": true, "basic_auth": {"username":
        "me", "password": "…"}}]`. The keys `host`, `name` and `ftp` (which enables directory listings) are optional.
      - Each key can also be written in camelCase: `max_restarts` or `maxRestarts`.
      - Relative paths are resolved against the directory of the file.
      - A time is a number of milliseconds, or a string with a unit: `500`, `"500ms"`, `"10s"`, `"5m"`, `"1h"`, `"7d"`. A size is a
        number of bytes, or a string with a unit: `"64K"`, `"300M"`, `"1G"`. Size units are powers of 1024.
      - Unknown keys, invalid values and contradictory settings are errors. jpm reports all errors together, each with its location
        and how to fix it, and starts none of the apps.
      - Setting a key to `null` is equivalent to omitting it.
      - Many keys have an equivalent command-line option, which is listed with the key. Use these options when you start a single
        script with `jpm start`.
      - `jpm validate FILE…` checks files without starting any apps. It exits with code 1 if it finds errors.
      - `jpm init` creates a sample file, `ecosystem.config.js`, that contains every key. `jpm init jpm.yaml` and
        `jpm init jpm.json` create it in the corresponding format. Existing files are not overwritten. `jpm ecosystem` is an alias
        of `jpm init`.
      - `conf/process-file.schema.json` is a JSON Schema for process files. Editors can use it for completion and validation.

      ## Applying changes

      `jpm plan FILE` shows how the file differs from the running apps, and what each change requires:

      - `live`: the process keeps running.
      - `scale`: processes are added or removed.
      - `rolling`: the processes of an app in cluster mode are replaced without downtime.
      - `restart`: the process is restarted.

      `jpm apply FILE` makes these changes. Applying the same file again changes nothing. Changes to probes are `live`, except
      changes to `notify` probes.

      - If an app fails, for example because its new process does not become ready, its old process keeps running. jpm still
        applies the other apps in the file, and exits with code 1. The next `jpm apply` tries again.
      - `jpm apply` starts apps that are `errored`. Apps that a user has stopped stay stopped.
      - `--prune` deletes apps that were loaded from this file and are no longer in it.

      ## Watching the file

      jpm can apply the file automatically after each edit. To enable this, set `"hot": true` next to `apps`, or run
      `jpm start FILE --watch-config`. To disable it, run `jpm start FILE --no-watch-config`.

      - If an edit contains an error, nothing is changed. `jpm ls` and `jpm events` report the error.
      - With `--only`, edits affect only the selected apps.
      - If an edit removes an app, the app keeps running. To delete it, run `jpm delete` or `jpm apply FILE --prune`.
      - The file is not read if another user could have modified it. The file and every directory in its path must belong to root
        or to the daemon's user, and must not be writable by other users. Directories with the sticky bit, such as `/tmp`, are
        accepted. If the file is rejected, `jpm ls` names the path that does not meet these requirements.
      - Only the file itself is watched. Changes to an `env_file`, or to a module that a `.config.js` file requires, are not
        detected.
      - You can also watch a directory. When a file is added, jpm starts its apps. When a file is removed, its apps keep running.
        While any file contains an error, jpm does not apply edits to the other files either.

      ## Variable references

      `${NAME}` is replaced by the value of an environment variable. `${NAME:-text}` uses `text` if the variable is unset or
      empty. References are allowed in `script`, `args`, `interpreter_args`, `cwd`, the values of `env`, the paths of log
      files, and `pid_file`.

      - References are expanded when the file is read. The app's own variables come from `port`, `env`, and the environment
        selected with `--env`. They take precedence over inherited variables.
      - A reference to an unknown variable is left unchanged, so that a shell in the app's command can expand it. `$${` produces a
        literal `${`.
      - Values in `env` can refer to each other. A value that refers to its own name uses the inherited variable:
        `"PATH": "/opt/bin:${PATH}"`.
      - `args` are split into words before references are expanded, so a value is never split into several arguments.
      - In `args`, `interpreter_args` and `env`, `${PORT}` and the variable named by `increment_var` have the instance's own
        values, even if the proxy assigns the ports. Other keys cannot refer to these variables if their values differ between
        instances.
      - Variables from `env_file` and `secrets` cannot be referenced, because they are read only when a process starts.

      ## Formats

      | File name | Format |
      |---|---|
      | `*.json`, `*.json5` | JSON5: JSON with comments, unquoted keys, single quotes, trailing commas, and hexadecimal numbers. JavaScript expressions such as `process.env.X`, which PM2 evaluates, are errors; use a `.config.js` file instead. |
      | `*.yaml`, `*.yml` | A single YAML 1.2 document. Anchors, aliases and the merge key `<<` are supported. Custom tags and duplicate keys are errors. The limits are 64 nesting levels and, after aliases are expanded, 200,000 values and 8 MiB of text. |
      | `*.config.js`, `*.config.cjs`, `*.config.mjs` | A module that the `node` in your `PATH` evaluates, in the file's directory and with your environment. jpm reads `module.exports` or the default export; without either, it reads an object with all exports. A promise is awaited, and a function is called. The time limit is 30 s. The module's output is shown only if the module fails to return a value. |
      | `-` | JSON5 or YAML from standard input, available with `start`, `stop`, `restart`, `reload` and `validate`. Text that begins with `{`, `[` or a JavaScript comment is read as JSON5. Relative paths are resolved against the current directory. |
      | a directory | All process files in the directory, in alphabetical order, except hidden files. App names must be unique across all files. Write `./conf.d` instead of `conf.d`, because a word without a slash is first looked up as the name of an app. A directory that contains a `package.json` or an `index.js` is treated as a program. |
      | none | If no target is given, `jpm start` and `jpm validate` read the first of these files that exists in the current directory: `ecosystem.config.js`, `ecosystem.config.cjs`, `ecosystem.config.mjs`, `ecosystem.json`, `ecosystem.json5`, `ecosystem.yaml`, `ecosystem.yml`. PM2 looks only for the first. |

      A file may contain up to 4 MiB of UTF-8 text. The same limit applies to the value that a module returns.
      """;

  @TempDir Path dir;

  @Test
  void pageEqualsTheTextGeneratedFromTheCatalogue() throws IOException {
    String page = page();
    if (Boolean.getBoolean("jpm.golden.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(page).isEqualTo(Files.readString(PAGE));
  }

  @Test
  void exampleIsReadWithoutProblemsOrWarnings() {
    Workspace place = new Workspace(dir);
    List.of("node", "python3", "date").forEach(place::program);
    CallerContext callerContext =
        new CallerContext(
            Path.of("").toAbsolutePath(), Map.of("PATH", dir.resolve("bin").toString()));
    AppsOutcome outcome =
        Workspace.readFile(EXAMPLE, Optional.empty(), callerContext, AppDefaults.PM2);
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.warnings()).isEmpty();
    assertThat(outcome.apps())
        .extracting(app -> app.name().value())
        .containsExactly("web", "worker", "nightly");
  }

  private static String page() throws IOException {
    StringBuilder page = new StringBuilder(HEAD.replace("EXAMPLE", Files.readString(EXAMPLE)));
    for (Group group : Group.values()) {
      List<AppKey> keys = keys(group, Support.ACTS);
      if (!keys.isEmpty()) {
        page.append("\n## ").append(group.title()).append('\n');
        keys.forEach(key -> page.append(entry(key)));
      }
    }
    return page.append(
            """

            ## Keys that only commands read

            %s
            ## Accepted without effect

            These keys are accepted, but have no effect. jpm prints a warning for each of them.

            The following are not supported yet:

            %s
            The following are not supported, because they configure parts of PM2 that jpm does not have:

            %s\
            """
                .formatted(
                    listOf(Support.ELSEWHERE), listOf(Support.NOT_YET), listOf(Support.PM2_ONLY)))
        .toString();
  }

  private static List<AppKey> keys(Group group, Support support) {
    return Arrays.stream(AppKey.values())
        .filter(key -> key.group() == group && key.support() == support)
        .toList();
  }

  private static String entry(AppKey key) {
    List<String> facts = new ArrayList<>();
    facts.add("value: " + key.type().form());
    facts.add("default: " + key.defaultText());
    key.option().ifPresent(option -> facts.add("option: `" + option + "`"));
    if (!key.aliases().isEmpty()) {
      facts.add("also: `" + String.join("`, `", key.aliases()) + "`");
    }
    KeyNotes.Note note = KeyNotes.of(key);
    String rules = note.rules().isEmpty() ? asSentence(key.doc()) : note.rules();
    String pm2 = note.pm2().isEmpty() ? "" : "\n\nPM2 " + note.pm2();
    return "\n### `%s`\n\n%s%s\n\n*%s*\n"
        .formatted(key.key(), rules, pm2, String.join(" · ", facts));
  }

  private static String listOf(Support support) {
    return Arrays.stream(AppKey.values())
        .filter(key -> key.support() == support)
        .map(key -> "- `%s`: %s\n".formatted(key.key(), key.doc()))
        .collect(Collectors.joining());
  }

  private static String asSentence(String doc) {
    return doc.substring(0, 1).toUpperCase(Locale.ROOT) + doc.substring(1) + ".";
  }
}
