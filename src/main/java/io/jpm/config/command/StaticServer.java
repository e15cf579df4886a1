package io.jpm.config.command;

import io.jpm.config.command.CommandResolver.ScriptAttributes;
import io.jpm.config.command.Resolution.Found;
import io.jpm.model.AppCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// PM2's `script: "serve"`: the static file server that is part of jpm. The app's command is
/// `bin/jpm-serve` in jpm's installation directory, which locates Java each time it starts.
public final class StaticServer {
  /// The value of `script` that selects the server. A file with this name must be written as
  /// `./serve`.
  public static final String WORD = "serve";

  /// The name of the program.
  static final String PROGRAM = "jpm-serve";

  private StaticServer() {}

  static Found found(ScriptAttributes scriptAttributes) {
    Path root = Path.of(System.getProperty("jpm.root", ".")).toAbsolutePath().normalize();
    AppCommand appCommand =
        new AppCommand(
            root.resolve("bin").resolve(PROGRAM), Optional.empty(), List.of(), List.of());
    boolean unused =
        !scriptAttributes.args().isEmpty()
            || scriptAttributes.namesInterpreter()
            || !scriptAttributes.interpreterArgs().isEmpty();
    return new Found(
        appCommand,
        WORD,
        false,
        unused
            ? List.of("args and interpreter are ignored: set the variables PM2_SERVE_* instead")
            : List.of());
  }
}
