package io.jpm.console.completion;

import static java.util.Objects.requireNonNull;

import io.jpm.bus.god.GodCommand;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs `jpm completion`, which prints, installs or removes the completion script of a shell.
///
/// The scripts call `jpm completion -- WORD…` whenever the user presses TAB. This interface is
/// compatible with PM2: the words are the whole command line, and `COMP_CWORD` is the index of the
/// word at the cursor. The candidates are printed one per line or, with `JPM_COMPLETION=described`,
/// in the format of [Completion#described].
public final class CompletionCommand implements ConsoleCommand {
  private static final String USE =
      "use jpm completion bash, zsh or fish, or jpm completion install or uninstall";

  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final Path home;

  /// @param home the daemon's directory, which contains the scripts
  public CompletionCommand(Vertx vertx, DaemonClient daemonClient, Path home) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.home = home;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    if (!commandCall.arguments().rest().isEmpty()) {
      return complete(commandCall);
    }
    List<String> targets = commandCall.arguments().targets();
    String first = targets.isEmpty() ? "" : targets.getFirst();
    boolean installs = first.equals("install");
    if (installs || first.equals("uninstall")) {
      CompletionShell shell = shell(commandCall, targets.subList(1, targets.size()));
      var installation =
          CompletionInstallation.of(shell, home, commandCall.request().environment());
      return vertx
          .executeBlocking(() -> installs ? installation.install() : installation.remove(), false)
          .map(done -> {
            requireNonNull(done).forEach(commandCall.session()::info);
            return ExitCode.OK;
          });
    }
    CompletionShell shell = shell(commandCall, targets);
    return vertx
        .executeBlocking(() -> CompletionScript.of(shell), false)
        .map(script -> {
          commandCall.session().out(requireNonNull(script));
          return ExitCode.OK;
        });
  }

  /// Returns the shell named in the command; by default, the caller's shell.
  private static CompletionShell shell(CommandCall commandCall, List<String> names) {
    if (names.size() > 1) {
      throw new CommandFailure("completion accepts only one shell: " + USE);
    }
    if (names.isEmpty()) {
      String own = commandCall.request().environment().getOrDefault("SHELL", "");
      return CompletionShell.named(own)
          .orElseThrow(() ->
              new CommandFailure(
                  "SHELL is \"%s\", but completion supports only bash, zsh and fish: name one of them in the command"
                      .formatted(own)));
    }
    return Optional.of(names.getFirst())
        .filter(CompletionShell.keywords()::contains)
        .flatMap(CompletionShell::named)
        .orElseThrow(() ->
            new CommandFailure(
                "\"%s\" is not a supported shell: %s".formatted(names.getFirst(), USE)));
  }

  private Future<ExitCode> complete(CommandCall commandCall) {
    List<String> words = commandCall.arguments().rest();
    Map<String, String> environment = commandCall.request().environment();
    int cursor = Math.min(cursor(environment, words.size()), words.size());
    List<String> before = words.subList(Math.min(1, cursor), cursor);
    String current = cursor < words.size() ? words.get(cursor) : "";
    boolean described = environment.getOrDefault("JPM_COMPLETION", "").equals("described");
    return daemonClient
        .god(new GodCommand.Show(List.of()))
        .compose(reply -> {
          var completer =
              new Completer(
                  reply.instances(), new FileVariants(Path.of(commandCall.request().cwd())));
          return vertx.executeBlocking(() -> completer.complete(before, current), false);
        })
        .map(found -> {
          commandCall
              .session()
              .out(described ? requireNonNull(found).described() : requireNonNull(found).plain());
          return ExitCode.OK;
        });
  }

  /// Returns the index of the word at the cursor, at least 1. If `COMP_CWORD` is missing or
  /// invalid, this is the index of the last word.
  private static int cursor(Map<String, String> environment, int count) {
    String given = environment.getOrDefault("COMP_CWORD", "");
    return given.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(given) : Math.max(1, count - 1);
  }
}
