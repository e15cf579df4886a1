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

/// `docs/process-file.md` is made of the catalogue: this test compares them, and with
/// `-Djpm.golden.write=true` it writes the page.
class ProcessFileReferenceTest {
  private static final Path PAGE = Path.of("docs/process-file.md");
  private static final Path EXAMPLE = Path.of("examples/supervision.json");

  private static final String HEAD =
      """
      # The process file

      A process file describes apps. `jpm start FILE` starts all of them, `--only web,worker` some; when they are
      there already, they get their new description and are restarted. `stop`, `restart`, `reload` and `delete` take a
      file too, and mean those of its apps that are in the list; `startOrRestart` and `startOrReload` mean all of them.

      ```json
      EXAMPLE```

      This is [examples/supervision.json](../examples/supervision.json), and it runs as it is.

      - The file's ending says its format (see below). It holds `{"apps": [ … ]}`, a list of apps, one app, or
        `{"pm2": …}` as in a `package.json`. A `deploy` section beside them is for `jpm deploy`,
        and `static` lists directories to be served as by `jpm serve`:
        `"static": [{"path": "dist", "port": 8080, "spa": true, "basic_auth": {"username": "me", "password": "…"}}]`
        with `host`, `name` and `ftp` (listings) where needed.
      - Every key is also known in camelCase: `max_restarts`, `maxRestarts`.
      - Relative paths begin where the file is.
      - A length of time is a number of milliseconds, or text with a unit: `500`, `"500ms"`, `"10s"`, `"5m"`, `"1h"`, `"7d"`.
        A size is a number of bytes, or text with a unit: `"64K"`, `"300M"`, `"1G"`.
      - A misspelt key, a wrong value and a contradiction are errors with file, line and what would be right. All are told
        at once, and then nothing is started.
      - `null` is as if the key were not there.
      - Options are those of `jpm start` for one script.
      - `jpm validate FILE…` tells all mistakes and starts nothing; its exit code is 1 where there are any.
      - `jpm init` writes a sample, `ecosystem.config.js`, with every attribute in it; `jpm init jpm.yaml` and `jpm init
        jpm.json` write it in that format. It never writes over a file. `jpm ecosystem` is the same.
      - `conf/process-file.schema.json` is a JSON Schema of it, by which editors complete and check.
      - `jpm plan FILE` says what is different from what runs, and what each difference takes: `live` (the process goes on),
        `scale`, `rolling` (cluster mode: replaced without a gap) or `restart`. `jpm apply FILE` does just that, so a second one
        changes nothing. Checks are live, unless one of them is `notify`. Where something fails - a new process does not get
        ready - the old process of that app stays, the rest of the file is applied all the same, the exit code is 1, and the
        next `apply` tries again; an app that is `errored` is started. What you have stopped stays stopped. With `--prune`,
        apps that came from this file and are not in it any more are deleted.
      - With `"hot": true` beside `apps`, or `jpm start FILE --watch-config`, the file is applied whenever it is edited. An edit
        with a mistake changes nothing; `jpm ls` and `jpm events` say so. `jpm start FILE --no-watch-config` ends it.
        With `--only`, edits count for these apps only. An edit that takes an app away ends nothing: it runs on until
        `jpm delete`, or `jpm apply FILE --prune`. What another user could have written is neither evaluated nor applied: the
        file and each directory on its way belong to root or to the daemon's user, and others may write to none of them (`/tmp`
        and its like are fine); `jpm ls` names what is open. Only the file itself is looked at: a change of an `env_file`, or of a
        module that a `.config.js` requires, is none.
      - A directory can be watched as well. A file that is added is started with the others. A file that is removed ends
        nothing, as above. While one of the files has a mistake, edits of the others wait too.

      ## Variables in texts

      `${NAME}` stands for a variable in `script`, `args`, `interpreter_args`, `cwd`, the values of `env`, the log files and
      `pid_file`, and `${NAME:-text}` for one that may be absent or empty. It is replaced when the file is read, by the app's
      own variables first (`port`, `env`, and with `--env` those over it), then by what the app inherits. One that is not
      known stays as it is, for a shell in the app; `$${` is a literal `${`. Values of `env` may name each other; a value
      that names itself means the inherited one: `"PATH": "/opt/bin:${PATH}"`. `args` are split into words first, so that a
      value is never more than one argument. `${PORT}` and the variable of `increment_var` mean the instance's own value in
      `args`, `interpreter_args` and `env`, also where the proxy gives each instance a port; where they would be another one
      for each instance, the other texts cannot name them. What `env_file` and `secrets` give is read at each start and kept nowhere, so
      it cannot stand in these texts.

      ## Formats

      | name | format |
      |---|---|
      | `*.json`, `*.json5` | JSON5: JSON with comments, bare keys, single quotes, trailing commas, hexadecimal numbers. JavaScript in it (`process.env.X`), which PM2 evaluates, is an error: use a `.config.js`. |
      | `*.yaml`, `*.yml` | YAML 1.2, one document. Anchors, aliases and the merge key `<<` work; tags of other types and repeated keys are errors, and so are more than 64 levels, 200,000 values or 8 MiB of text, counted with aliases. |
      | `*.config.js`, `*.config.cjs`, `*.config.mjs` | A module that your `node` evaluates, in the file's directory and with your environment. Its value is `module.exports` or `export default`, else the object of all exports; a promise is awaited and a function called. It has 30 s. What it prints is dropped, unless it ends without a value. |
      | `-` | JSON5 or YAML piped into `start`, `stop`, `restart`, `reload` or `validate`. What begins with a bracket or a comment of JavaScript is JSON5. Relative paths begin in your directory. |
      | a directory | All process files in it, by name, hidden ones left out; names are unique over all of them. A word without a slash is an app's name first: write `./conf.d`. A directory with a `package.json` or an `index.js` is a program. |
      | nothing | `jpm start` and `jpm validate` without a target read `ecosystem.config.js`, else `ecosystem.config.cjs`, `.config.mjs`, `.json`, `.json5`, `.yaml` or `.yml` of your directory, the first that is there. PM2 knows the first only. |

      A file has up to 4 MiB of UTF-8 text, and so has the value of a script.
      """;

  @TempDir Path dir;

  @Test
  void thePageIsWhatTheCatalogueSays() throws IOException {
    String page = page();
    if (Boolean.getBoolean("jpm.golden.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(page).isEqualTo(Files.readString(PAGE));
  }

  @Test
  void theExampleIsReadWithoutAComplaint() {
    Place place = new Place(dir);
    List.of("node", "python3", "date").forEach(place::program);
    CallerContext callerContext =
        new CallerContext(
            Path.of("").toAbsolutePath(), Map.of("PATH", dir.resolve("bin").toString()));
    AppsOutcome outcome = Place.fromFile(EXAMPLE, Optional.empty(), callerContext, AppDefaults.PM2);
    assertThat(Place.sentences(outcome)).isEmpty();
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

            ## Read by commands

            %s
            ## Accepted without effect

            Each is named in a warning. In this version:

            %s
            For good, since they belong to parts of PM2 that jpm does not have:

            %s\
            """
                .formatted(
                    listed(Support.ELSEWHERE), listed(Support.NOT_YET), listed(Support.PM2_ONLY)))
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
    String rules = note.rules().isEmpty() ? sentence(key.doc()) : note.rules();
    String pm2 = note.pm2().isEmpty() ? "" : " PM2 " + note.pm2();
    return "\n### `%s`\n\n%s%s\n\n*%s*\n"
        .formatted(key.key(), rules, pm2, String.join(" · ", facts));
  }

  private static String listed(Support support) {
    return Arrays.stream(AppKey.values())
        .filter(key -> key.support() == support)
        .map(key -> "- `%s`: %s\n".formatted(key.key(), key.doc()))
        .collect(Collectors.joining());
  }

  private static String sentence(String doc) {
    return doc.substring(0, 1).toUpperCase(Locale.ROOT) + doc.substring(1) + ".";
  }
}
