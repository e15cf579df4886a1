package io.jpm.console;

import static java.util.Objects.requireNonNull;

import io.jpm.bus.GodCommand;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `jpm completion`: prints the script for a shell, or has it read by the shell from now on.
///
/// `jpm completion -- WORD…` is what the scripts ask at each press of TAB, and PM2's own way: the
/// words are the whole command line, of which `COMP_CWORD` tells the one at the cursor. Each
/// candidate is printed as a line; with `JPM_COMPLETION=described` in the form of
/// [Completion#described].
final class CompletionCommand implements ConsoleCommand {
  private static final String USE =
      "use jpm completion bash, zsh or fish, or jpm completion install or uninstall";

  private final Vertx vertx;
  private final Rooms rooms;
  private final Path home;

  /// @param home jpm's own home, where scripts are kept
  CompletionCommand(Vertx vertx, Rooms rooms, Path home) {
    this.vertx = vertx;
    this.rooms = rooms;
    this.home = home;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    if (!call.arguments().rest().isEmpty()) {
      return complete(call);
    }
    List<String> targets = call.arguments().targets();
    String first = targets.isEmpty() ? "" : targets.getFirst();
    boolean installs = first.equals("install");
    if (installs || first.equals("uninstall")) {
      CompletionShell shell = shell(call, targets.subList(1, targets.size()));
      var installation = CompletionInstallation.of(shell, home, call.request().environment());
      return vertx
          .executeBlocking(() -> installs ? installation.install() : installation.remove(), false)
          .map(done -> {
            requireNonNull(done).forEach(call.session()::info);
            return ExitCode.OK;
          });
    }
    CompletionShell shell = shell(call, targets);
    return vertx
        .executeBlocking(() -> CompletionScript.of(shell), false)
        .map(script -> {
          call.session().out(requireNonNull(script));
          return ExitCode.OK;
        });
  }

  /// The shell that is named, else the caller's own.
  private static CompletionShell shell(Call call, List<String> names) {
    if (names.size() > 1) {
      throw new CommandFailure(USE);
    }
    if (names.isEmpty()) {
      String own = call.request().environment().getOrDefault("SHELL", "");
      return CompletionShell.named(own)
          .orElseThrow(() ->
              new CommandFailure(
                  "SHELL is \"%s\", and jpm completes for bash, zsh and fish: name one"
                      .formatted(own)));
    }
    return Optional.of(names.getFirst())
        .filter(CompletionShell.words()::contains)
        .flatMap(CompletionShell::named)
        .orElseThrow(
            () -> new CommandFailure("jpm completion \"%s\": %s".formatted(names.getFirst(), USE)));
  }

  private Future<ExitCode> complete(Call call) {
    List<String> words = call.arguments().rest();
    Map<String, String> environment = call.request().environment();
    int cursor = Math.min(cursor(environment, words.size()), words.size());
    List<String> before = words.subList(Math.min(1, cursor), cursor);
    String current = cursor < words.size() ? words.get(cursor) : "";
    boolean described = environment.getOrDefault("JPM_COMPLETION", "").equals("described");
    return rooms
        .god(new GodCommand.Show(List.of()))
        .compose(reply -> {
          var completer =
              new Completer(reply.instances(), new FileVariants(Path.of(call.request().cwd())));
          return vertx.executeBlocking(() -> completer.complete(before, current), false);
        })
        .map(found -> {
          call.session()
              .out(described ? requireNonNull(found).described() : requireNonNull(found).plain());
          return ExitCode.OK;
        });
  }

  /// The place of the word at the cursor, 1 or more; by default the last.
  private static int cursor(Map<String, String> environment, int count) {
    String given = environment.getOrDefault("COMP_CWORD", "");
    return given.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(given) : Math.max(1, count - 1);
  }
}
