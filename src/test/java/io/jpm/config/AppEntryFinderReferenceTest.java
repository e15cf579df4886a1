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

      - `jpm start FILE` starts all apps of the file. `--only web,worker` selects some of them. If an app is already in the
        list, its settings are replaced and it is restarted.
      - `jpm stop`, `restart`, `reload` and `delete` act on those apps of the file that are in the list.
      - `jpm startOrRestart` and `startOrReload` act on all apps of the file.

      ```json
      EXAMPLE```

      This is [examples/supervision.json](../examples/supervision.json), which can be started unchanged.

      ## General rules

      - The extension of the file determines its [format](#formats).
      - The file contains one of the following: `{"apps": [ … ]}`, a list of apps, a single app, or `{"pm2": …}` as in a
        `package.json`.
      - Two more sections are allowed next to `apps`: `deploy` is read by `jpm deploy`, and `static` lists directories to serve
        as with `jpm serve`. Example: `"static": [{"path": "dist", "port": 8080, "spa": true, "basic_auth": {"username": "me",
        "password": "…"}}]`. The keys `host`, `name` and `ftp` (directory listings) are optional.
      - Each key can also be written in camelCase: `max_restarts` or `maxRestarts`.
      - Relative paths are resolved against the directory of the file.
      - A time is a number of milliseconds, or text with a unit: `500`, `"500ms"`, `"10s"`, `"5m"`, `"1h"`, `"7d"`.
        A size is a number of bytes, or text with a unit: `"64K"`, `"300M"`, `"1G"`. Units of size are multiples of 1024.
      - Unknown keys, invalid values and contradictory settings are errors. jpm reports all errors together, each with its
        file, line and correction, and starts none of the apps.
      - A value of `null` is equivalent to omitting the key.
      - Many keys have a command line option, which is listed with the key. Use the options with `jpm start` for a single
        script.
      - `jpm validate FILE…` checks files without starting anything. Its exit code is 1 if there are errors.
      - `jpm init` creates a sample file, `ecosystem.config.js`, that contains every key. `jpm init jpm.yaml` and
        `jpm init jpm.json` create it in another format. Existing files are not overwritten. `jpm ecosystem` is an alias.
      - `conf/process-file.schema.json` is a JSON Schema for process files. Editors use it for completion and validation.

      ## Applying changes

      `jpm plan FILE` shows how the file differs from the running apps, and what each change requires:

      - `live`: the process keeps running.
      - `scale`: processes are added or removed.
      - `rolling`: the processes are replaced without downtime (cluster mode).
      - `restart`: the process is restarted.

      `jpm apply FILE` makes these changes. Applying the same file again changes nothing. Changes to probes are live, except
      for `notify` probes.

      - If an app fails, for example because its new process does not become ready, its old process keeps running. The other
        apps of the file are still applied, and the exit code is 1. The next `jpm apply` tries again.
      - `jpm apply` starts an app that is `errored`. An app that was stopped by a user stays stopped.
      - With `--prune`, apps that were loaded from this file and are no longer in it are deleted.

      ## Watching the file

      jpm can apply the file automatically whenever it is edited. To enable this, set `"hot": true` next to `apps`, or run
      `jpm start FILE --watch-config`. To disable it, run `jpm start FILE --no-watch-config`.

      - If an edit contains an error, nothing is changed. `jpm ls` and `jpm events` report the error.
      - With `--only`, edits affect only the selected apps.
      - If an edit removes an app, the app keeps running. To delete it, run `jpm delete` or `jpm apply FILE --prune`.
      - The file is not read if another user could have written it. The file and every directory in its path must belong to
        root or to the daemon's user, and must not be writable by other users. Directories with the sticky bit, such as `/tmp`,
        are accepted. If the file is rejected, `jpm ls` names the path that violates this rule.
      - Only the file itself is watched. Changes to an `env_file`, or to a module that a `.config.js` file requires, are not
        detected.
      - A directory can be watched too. If a file is added, its apps are started. If a file is removed, its apps keep running.
        While one of the files contains an error, edits of the other files are not applied either.

      ## Variable references

      `${NAME}` is replaced by the value of an environment variable. `${NAME:-text}` uses `text` if the variable is unset or
      empty. References are allowed in `script`, `args`, `interpreter_args`, `cwd`, the values of `env`, the paths of log
      files, and `pid_file`.

      - References are expanded when the file is read. The app's own variables take precedence over inherited variables. Its
        own variables are `port`, `env`, and the variables selected with `--env`.
      - A reference to an unknown variable is not replaced, so that a shell in the app can expand it. `$${` is a literal `${`.
      - Values in `env` can refer to each other. A value that refers to its own name uses the inherited variable:
        `"PATH": "/opt/bin:${PATH}"`.
      - `args` are split into words before references are expanded, so a value never becomes more than one argument.
      - In `args`, `interpreter_args` and `env`, `${PORT}` and the variable of `increment_var` have the values of the instance,
        even if the proxy assigns the ports. If these values differ between instances, other keys cannot refer to them.
      - Variables from `env_file` and `secrets` cannot be referenced, because they are read only at each start.

      ## Formats

      | File name | Format |
      |---|---|
      | `*.json`, `*.json5` | JSON5: JSON with comments, unquoted keys, single quotes, trailing commas, and hexadecimal numbers. JavaScript expressions such as `process.env.X`, which PM2 evaluates, are errors; use a `.config.js` file for them. |
      | `*.yaml`, `*.yml` | YAML 1.2, one document. Anchors, aliases and the merge key `<<` are supported. Not allowed: custom tags, duplicate keys, more than 64 nesting levels, and more than 200,000 values or 8 MiB of text after aliases are expanded. |
      | `*.config.js`, `*.config.cjs`, `*.config.mjs` | A module that is evaluated by your `node`, in the directory of the file and with your environment. The content is `module.exports` or `export default`, otherwise the object of all exports. If it is a promise, it is awaited; if it is a function, it is called. The time limit is 30 s. The output of the module is shown only if it fails to return a value. |
      | `-` | JSON5 or YAML from standard input, for `start`, `stop`, `restart`, `reload` and `validate`. Text that begins with a bracket or a JavaScript comment is JSON5. Relative paths are resolved against the current directory. |
      | a directory | All process files in the directory, in alphabetical order, except hidden files. App names must be unique across all files. Write `./conf.d` instead of `conf.d`, because a word without a slash is first looked up as the name of an app. A directory with a `package.json` or an `index.js` is treated as a program. |
      | none | If no target is given, `jpm start` and `jpm validate` read the first of these files that exists in the current directory: `ecosystem.config.js`, `ecosystem.config.cjs`, `ecosystem.config.mjs`, `ecosystem.json`, `ecosystem.json5`, `ecosystem.yaml`, `ecosystem.yml`. PM2 reads only the first. |

      A file may contain up to 4 MiB of UTF-8 text. The same limit applies to the value that a script returns.
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

            Not supported yet:

            %s
            Not supported, because they configure parts of PM2 that jpm does not have:

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
