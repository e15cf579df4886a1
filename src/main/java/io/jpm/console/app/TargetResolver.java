package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.ResolvedTargets;
import io.jpm.console.cli.Verb;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.Session;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/// Resolves the targets of a command. It distinguishes process files from selectors, and reads the
/// files.
public final class TargetResolver {
  private final DaemonClient daemonClient;
  private final FileApps files;

  public TargetResolver(DaemonClient daemonClient, FileApps files) {
    this.daemonClient = daemonClient;
    this.files = files;
  }

  /// Resolves targets to apps in the list. A process file selects those of its apps that are in the
  /// list.
  Future<ResolvedTargets> listed(CommandCall commandCall) {
    return each(commandCall, this::listed);
  }

  /// Resolves targets that must be process files. A file selects all of its apps.
  ///
  /// @param verb the command to name in messages
  Future<ResolvedTargets> ofFiles(CommandCall commandCall, Verb verb) {
    return each(
        commandCall,
        (word, it) ->
            files
                .isProcessFileOrDirectory(word, it)
                .compose(isFile ->
                    isFile
                        ? files
                            .loadFile(word, it)
                            .map(specs -> new ResolvedTargets(List.of(), specs))
                        : Future.failedFuture(
                            new CommandFailure(
                                "jpm %s requires a process file, but %s is not one"
                                    .formatted(verb.keyword(), word)))));
  }

  private static Future<ResolvedTargets> each(
      CommandCall commandCall, BiFunction<String, CommandCall, Future<ResolvedTargets>> choice) {
    Future<ResolvedTargets> chosen = Future.succeededFuture(ResolvedTargets.NOTHING);
    for (String word : commandCall.arguments().targets()) {
      chosen = chosen.compose(known -> choice.apply(word, commandCall).map(known::and));
    }
    return chosen;
  }

  private Future<ResolvedTargets> listed(String word, CommandCall commandCall) {
    return files
        .isProcessFile(word, commandCall)
        .compose(isFile -> isFile ? listedOfFile(word, commandCall) : byWord(word, commandCall));
  }

  private Future<ResolvedTargets> byWord(String word, CommandCall commandCall) {
    if (commandCall.arguments().has(VerbOption.ENV)) {
      return Future.failedFuture(
          new CommandFailure(
              "--env requires a process file, but %s is not one: omit --env".formatted(word)));
    }
    return resolveSelector(word, commandCall)
        .map(known -> new ResolvedTargets(List.of(known), List.of()));
  }

  /// Returns the selector for a word. As in PM2, an app can also be selected by the path of its
  /// script, relative to the caller's directory.
  private Future<String> resolveSelector(String word, CommandCall commandCall) {
    boolean expression = word.startsWith("/") && word.endsWith("/");
    if (expression || !(word.contains("/") || word.contains("."))) {
      return Future.succeededFuture(word);
    }
    String path;
    try {
      path = Path.of(commandCall.request().cwd()).resolve(word).normalize().toString();
    } catch (InvalidPathException noPath) {
      return Future.succeededFuture(word);
    }
    return knows(word)
        .compose(known -> known ? Future.succeededFuture(false) : knows(path))
        .map(byPath -> byPath ? path : word);
  }

  private Future<Boolean> knows(String selector) {
    return daemonClient
        .god(new GodCommand.Show(List.of(selector)))
        .map(reply -> !reply.instances().isEmpty());
  }

  private Future<ResolvedTargets> listedOfFile(String word, CommandCall commandCall) {
    return files
        .loadFile(word, commandCall)
        .compose(specs ->
            daemonClient
                .executeOrFail(new GodCommand.Show(List.of()))
                .compose(listed -> listedOnly(word, specs, listed, commandCall.session())))
        .map(specs -> new ResolvedTargets(List.of(), specs));
  }

  private static Future<List<AppSpec>> listedOnly(
      String file, List<AppSpec> specs, List<InstanceView> listed, Session session) {
    Set<AppName> known =
        listed.stream().map(instance -> instance.spec().name()).collect(Collectors.toSet());
    List<AppSpec> found = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (AppSpec spec : specs) {
      if (known.contains(spec.name())) {
        found.add(spec);
      } else {
        missing.add(spec.name().value());
      }
    }
    if (found.isEmpty()) {
      return Future.failedFuture(
          new CommandFailure(
              "none of the apps in %s is in the list: start them first".formatted(file)));
    }
    if (!missing.isEmpty()) {
      session.warn(
          "these apps in %s are not in the list and are skipped: %s"
              .formatted(file, String.join(", ", missing)));
    }
    return Future.succeededFuture(found);
  }
}
