package io.jpm.console.file;

import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.Amounts;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/// Runs `jpm validate`, which reads process files in the same way as `jpm start`, but only reports
/// their problems. With `--json`, it prints one object per file:
/// `{"file":…,"ok":true,"apps":["web"]}` or `{"file":…,"ok":false,"problems":["…"]}`.
public final class ValidateCommand implements ConsoleCommand {
  private final FileApps files;

  public ValidateCommand(FileApps files) {
    this.files = files;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    return files.targets(commandCall).compose(words -> validated(words, commandCall));
  }

  private Future<ExitCode> validated(List<String> words, CommandCall commandCall) {
    Future<ExitCode> code = Future.succeededFuture(ExitCode.OK);
    for (String word : words) {
      code =
          code.compose(
              before -> validated(word, commandCall).map(fine -> fine ? before : ExitCode.FAILED));
    }
    return code;
  }

  /// Validates a process file and reports its problems.
  ///
  /// @return whether the file is valid
  private Future<Boolean> validated(String word, CommandCall commandCall) {
    Session session = commandCall.session();
    boolean json = commandCall.arguments().has(VerbOption.JSON);
    return files
        .isProcessFileOrDirectory(word, commandCall)
        .compose(isFile ->
            isFile
                ? files.loadFile(word, commandCall)
                : Future.failedFuture(
                    new CommandFailure(
                        "%s is not a process file: use a file that ends in .json, .json5, .yaml, .yml, .config.js, .config.cjs or .config.mjs"
                            .formatted(word))))
        .map(apps -> {
          session.out(
              json
                  ? fine(word, apps).encode() + "\n"
                  : "%s: %s, valid\n".formatted(word, Amounts.count(apps.size(), "app")));
          return true;
        })
        .recover(failure -> {
          if (!(failure instanceof CommandFailure known)) {
            return Future.failedFuture(failure);
          }
          if (json) {
            session.out(wrong(word, known.problems()).encode() + "\n");
          } else {
            known.problems().forEach(session::error);
          }
          return Future.succeededFuture(false);
        });
  }

  private static JsonObject fine(String file, List<AppSpec> apps) {
    List<String> names = apps.stream().map(app -> app.name().value()).toList();
    return new JsonObject().put("file", file).put("ok", true).put("apps", new JsonArray(names));
  }

  private static JsonObject wrong(String file, List<String> problems) {
    return new JsonObject()
        .put("file", file)
        .put("ok", false)
        .put("problems", new JsonArray(problems));
  }
}
