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

      A process file describes apps.

      - `jpm start FILE` starts all of them, `--only web,worker` some of them. An app that is already in the list gets its new
        settings and is restarted.
      - `stop`, `restart`, `reload` and `delete` also accept a file. They act on those of its apps that are in the list.
      - `startOrRestart` and `startOrReload` act on all apps of the file.

      ```json
      EXAMPLE```

      This is [examples/supervision.json](../examples/supervision.json), which can be started unchanged.

      ## General rules

      - The file's extension determines its [format](#formats).
      - The content is one of these: `{"apps": [ … ]}`, a list of apps, one app, or `{"pm2": …}` as in a `package.json`.
      - Beside `apps`, a `deploy` section is for `jpm deploy`, and `static` lists directories to serve as with `jpm serve`:
        `"static": [{"path": "dist", "port": 8080, "spa": true, "basic_auth": {"username": "me", "password": "…"}}]`.
        Its optional keys are `host`, `name` and `ftp` (directory listings).
      - Each key is also accepted in camelCase: `max_restarts`, `maxRestarts`.
      - Relative paths are relative to the directory of the file.
      - A time is a number of milliseconds, or text with a unit: `500`, `"500ms"`, `"10s"`, `"5m"`, `"1h"`, `"7d"`.
        A size is a number of bytes, or text with a unit: `"64K"`, `"300M"`, `"1G"`.
      - A misspelled key, an invalid value and a contradiction are errors. All of them are reported together, each with file,
        line and correction, and no app is started.
      - `null` has the same effect as leaving the key out.
      - The options below are those of `jpm start` for one script.
      - `jpm validate FILE…` reports all mistakes and starts nothing. Its exit code is 1 if there are any.
      - `jpm init` writes a sample, `ecosystem.config.js`, which contains every attribute. `jpm init jpm.yaml` and
        `jpm init jpm.json` write it in these formats. An existing file is never overwritten. `jpm ecosystem` is the same
        command.
      - `conf/process-file.schema.json` is a JSON Schema of the file, with which editors complete and check it.

      ## Applying changes

      `jpm plan FILE` shows how the file differs from the running apps, and what each difference requires:

      - `live`: the process continues to run.
      - `scale`: processes are added or removed.
      - `rolling`: the processes are replaced without downtime (cluster mode).
      - `restart`: the process is restarted.

      `jpm apply FILE` does exactly this, so a second `apply` changes nothing. Changes of probes are live, unless a probe is
      `notify`.

      - If an app fails, for example because a new process does not become ready, the old process of that app stays. The rest
        of the file is applied nevertheless, the exit code is 1, and the next `apply` tries again.
      - An app that is `errored` is started. An app that a user has stopped stays stopped.
      - With `--prune`, apps that came from this file and are no longer in it are deleted.

      ## Watching the file

      With `"hot": true` beside `apps`, or after `jpm start FILE --watch-config`, the file is applied whenever it is edited.
      `jpm start FILE --no-watch-config` ends this.

      - An edit with a mistake changes nothing; `jpm ls` and `jpm events` report it.
      - With `--only`, edits affect these apps only.
      - An edit that removes an app does not stop it: the app runs until `jpm delete` or `jpm apply FILE --prune`.
      - A file that another user could have written is neither evaluated nor applied. The file and each directory in its path
        must belong to root or to the daemon's user, and other users must not be able to write to them. Directories such as
        `/tmp` are accepted. `jpm ls` names the path that violates this.
      - Only the file itself is watched. A change of an `env_file`, or of a module that a `.config.js` requires, has no effect.
      - A directory can be watched as well. A file that is added is started with the others. A file that is removed stops
        nothing, as above. While one of the files has a mistake, edits of the other files wait too.

      ## Variable references

      `${NAME}` is replaced by the value of a variable in `script`, `args`, `interpreter_args`, `cwd`, the values of `env`, the
      paths of log files, and `pid_file`. `${NAME:-text}` has a default for a variable that is missing or empty.

      - References are expanded when the file is read. The app's own variables come first (`port`, `env`, and with `--env` the
        variables that override `env`), then the variables that the app inherits.
      - A reference to an unknown variable is left as it is, for a shell in the app. `$${` is a literal `${`.
      - Values of `env` may refer to each other. A value that refers to its own name means the inherited variable:
        `"PATH": "/opt/bin:${PATH}"`.
      - `args` are split into words first, so a value never becomes more than one argument.
      - In `args`, `interpreter_args` and `env`, `${PORT}` and the variable of `increment_var` are the instance's own values, also
        if the proxy gives each instance a port. If these values differ between the instances, the other texts cannot refer to
        them.
      - Variables from `env_file` and `secrets` are read at each start and are not stored, so these texts cannot refer to them.

      ## Formats

      | name | format |
      |---|---|
      | `*.json`, `*.json5` | JSON5: JSON with comments, unquoted keys, single quotes, trailing commas, and hexadecimal numbers. JavaScript expressions (`process.env.X`), which PM2 evaluates, are errors: use a `.config.js`. |
      | `*.yaml`, `*.yml` | YAML 1.2, one document. Anchors, aliases and the merge key `<<` work. Errors are: tags of other types, repeated keys, more than 64 levels, and more than 200,000 values or 8 MiB of text, counted with aliases expanded. |
      | `*.config.js`, `*.config.cjs`, `*.config.mjs` | A module that your `node` evaluates, in the directory of the file and with your environment. The content is `module.exports` or `export default`, otherwise the object of all exports. A promise is awaited, and a function is called. The evaluation may take 30 s. Its output is discarded, unless it ends without a value. |
      | `-` | JSON5 or YAML from standard input, for `start`, `stop`, `restart`, `reload` and `validate`. Text that begins with a bracket or a JavaScript comment is JSON5. Relative paths are relative to the current directory. |
      | a directory | All process files in it, in the order of their names, without hidden files. App names must be unique across all of them. A word without a slash is first looked up as the name of an app, so write `./conf.d`. A directory with a `package.json` or an `index.js` is a program. |
      | none | `jpm start` and `jpm validate` without a target read the first of these files that exists in the current directory: `ecosystem.config.js`, `ecosystem.config.cjs`, `.config.mjs`, `.json`, `.json5`, `.yaml`, `.yml`. PM2 knows only the first. |

      A file may contain up to 4 MiB of UTF-8 text, and so may the value of a script.
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

            A warning names each of these keys. Without effect in this version:

            %s
            Permanently without effect, because they belong to parts of PM2 that jpm does not have:

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
