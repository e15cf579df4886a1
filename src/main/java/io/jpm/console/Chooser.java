package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.InstanceView;
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

/// Tells process files from other words among the targets of a command, and reads them.
final class Chooser {
  private final Rooms rooms;
  private final FileApps files;

  Chooser(Rooms rooms, FileApps files) {
    this.rooms = rooms;
    this.files = files;
  }

  /// A file stands for those of its apps that are in the list.
  Future<Chosen> listed(Call call) {
    return each(call, this::listed);
  }

  /// Every target has to be a file, and stands for all of its apps.
  ///
  /// @param verb how the command is called
  Future<Chosen> ofFiles(Call call, Verb verb) {
    return each(
        call,
        (word, it) ->
            files
                .isSurelyProcessFile(word, it)
                .compose(isFile ->
                    isFile
                        ? files.ofFile(word, it).map(specs -> new Chosen(List.of(), specs))
                        : Future.failedFuture(
                            new CommandFailure(
                                "%s takes process files, and %s is none"
                                    .formatted(verb.word(), word)))));
  }

  private static Future<Chosen> each(Call call, BiFunction<String, Call, Future<Chosen>> choice) {
    Future<Chosen> chosen = Future.succeededFuture(Chosen.NOTHING);
    for (String word : call.arguments().targets()) {
      chosen = chosen.compose(known -> choice.apply(word, call).map(known::and));
    }
    return chosen;
  }

  private Future<Chosen> listed(String word, Call call) {
    return files
        .isProcessFile(word, call)
        .compose(isFile -> isFile ? listedOfFile(word, call) : byWord(word, call));
  }

  private Future<Chosen> byWord(String word, Call call) {
    if (call.arguments().has(VerbOption.ENV)) {
      return Future.failedFuture(
          new CommandFailure("--env chooses from a process file, and %s is none".formatted(word)));
    }
    return meant(word, call).map(known -> new Chosen(List.of(known), List.of()));
  }

  /// PM2's: an app goes by the path of its script too, seen from where the caller is.
  private Future<String> meant(String word, Call call) {
    boolean expression = word.startsWith("/") && word.endsWith("/");
    if (expression || !(word.contains("/") || word.contains("."))) {
      return Future.succeededFuture(word);
    }
    String path;
    try {
      path = Path.of(call.request().cwd()).resolve(word).normalize().toString();
    } catch (InvalidPathException noPath) {
      return Future.succeededFuture(word);
    }
    return knows(word)
        .compose(known -> known ? Future.succeededFuture(false) : knows(path))
        .map(byPath -> byPath ? path : word);
  }

  private Future<Boolean> knows(String selector) {
    return rooms
        .god(new GodCommand.Show(List.of(selector)))
        .map(reply -> !reply.instances().isEmpty());
  }

  private Future<Chosen> listedOfFile(String word, Call call) {
    return files
        .ofFile(word, call)
        .compose(specs ->
            rooms
                .obeyed(new GodCommand.Show(List.of()))
                .compose(listed -> listedOnly(word, specs, listed, call.session())))
        .map(specs -> new Chosen(List.of(), specs));
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
          new CommandFailure("%s: none of its apps is in the list".formatted(file)));
    }
    if (!missing.isEmpty()) {
      session.warn("%s: not in the list: %s".formatted(file, String.join(", ", missing)));
    }
    return Future.succeededFuture(found);
  }
}
