package io.jpm.spec;

import io.jpm.spec.KeyNotes.Note;
import java.util.Map;

/// The entries of [KeyNotes] for the environment variables of an app.
final class EnvironmentNotes {
  static final Map<AppKey, Note> ALL =
      Map.of(
          AppKey.ENV,
          new Note(
              """
              Sets environment variables for the app. They override variables that the app inherits
              from the shell from which it is started. `null` removes an inherited variable. Numbers
              and booleans are converted to strings, lists and objects to JSON. `${NAME}` in a value
              is replaced by the value of another variable; see
              [Variable references](#variable-references).\
              """,
              "never removes a variable: a variable that is deleted from the file stays set."),
          AppKey.ENV_NAME,
          new Note(
              """
              Sets environment variables that override `env` if this environment is selected.
              `jpm start FILE --env production` and `jpm restart FILE --env production` select
              `env_production`. If an app does not have this key, only its `env` is used, and jpm
              prints a warning. If the `deploy` section has an environment with the same name, the
              `env` of that environment overrides the app's `env`. `env_<name>` overrides both, as
              in PM2.\
              """,
              ""),
          AppKey.ENV_FILE,
          new Note(
              """
              Reads environment variables from files in dotenv format. Each line has the form
              `NAME=value`. `# comment`, `export NAME=value`, `'literal text'` and
              `"text with \\n, \\", \\\\, \\$ and ${OTHER}"` are supported. Quoted values may
              contain line breaks, and `${OTHER}` is also expanded without quotes. Paths are
              relative to `cwd`. Append `?` to a path if the file is optional. Later files override
              earlier ones, and `env` overrides all files. A file may contain up to 1 MiB and 10,000
              variables.

              - The daemon reads the files whenever a process starts, with the permissions of `uid`.
                It does not store the values. `jpm env` shows the names of the files.
              - The process, its probes and its `stop` command receive the values read when the
                process started. Hooks receive the values that the files contain when the hook runs.
                If a probe refers to a value, its failure message can contain that value.
              - In cluster mode, a `PORT` in a file has the same effect as `PORT` in `env`.
                `jpm plan` does not show this port, because the files are read only when a process
                is started.
              - Changes to a file take effect at the next restart or reload. To restart the app on
                each change, use `"watch": [".env"]`.
              - Errors in a file are reported when the process file is read. If a file becomes
                invalid later, processes fail to start, and jpm retries.\
              """,
              "does not have this key."),
          AppKey.SECRETS,
          new Note(
              """
              Sets environment variables whose values are stored outside the process file. Example:
              `{"DB_PASSWORD": "file:/run/secrets/db", "API_KEY": "credential:api", "TOKEN":
              {"command": ["pass", "show", "token"]}}`.

              - `file:PATH`: the contents of a file. A relative path is resolved against the
                directory of the process file.
              - `credential:NAME`: a file in the daemon's `$CREDENTIALS_DIRECTORY` (systemd's
                `LoadCredential=`).
              - `{"command": […]}`: the standard output of a command. The daemon runs the command
                without a shell, in the directory of the app. Standard error is discarded. The
                command may take up to 10 s.

              The values are read whenever a process starts, with the permissions of `uid` or,
              without `uid`, of the daemon. A command runs with a clean environment for that user. A
              value may contain up to 64 KiB; one trailing line break is removed. If a value cannot
              be read, the start fails and is retried.

              Only the process of the app receives the values. They do not appear in lists, logs,
              events or the saved list, and are not passed to `stop` commands, hooks or probes.
              `jpm env` shows only where each value comes from.\
              """,
              "does not have this key."),
          AppKey.FILTER_ENV,
          new Note(
              """
              Removes inherited environment variables. A list removes every variable whose name
              contains one of the items. A string removes the variable with exactly that name.
              `true` removes all inherited variables. On the command line,
              `--filter-env A --filter-env B` is equivalent to a list.\
              """,
              "ignores `true`."),
          AppKey.APPEND_ENV_TO_NAME,
          new Note(
              """
              Appends the name of the selected environment to the name of the app: with
              `--env production`, the app `web` is named `web-production`. In `depends_on`, use the
              names as they are written in the file.\
              """,
              ""));

  private EnvironmentNotes() {}
}
