package io.jpm.god.store;

import io.jpm.bus.god.StoreCommand;
import io.jpm.bus.god.StoreCommand.Setting;
import io.jpm.bus.god.StoreReply;
import io.jpm.god.journal.DurableFile;
import io.jpm.model.AppName;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// `conf.json`: what `jpm set` has stored. The file itself is the truth, read at each start of a
/// process, so that whoever starts it, a daemon after a crash too, takes what holds now, and an
/// edit by hand counts. Blocking. Any thread may read; one thread at a time writes.
///
/// Where the file was made unreadable by hand, apps get what was stored before the last change, and
/// nothing is written until the file is mended.
public final class KeyValueStore {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final DurableFile file;

  /// What was logged last: each app that starts would say the same again.
  private final AtomicReference<List<String>> told = new AtomicReference<>(List.of());

  public KeyValueStore(Path home) {
    this.file = new DurableFile(home, DurableFile.Kind.STORE);
  }

  /// Does what is asked.
  StoreReply carryOut(StoreCommand command) {
    return switch (command) {
      case StoreCommand.Read() -> {
        DurableFile.Found<JsonObject> found = file.look();
        yield new StoreReply.Content(tree(found).encode(), false, found.problems());
      }
      case StoreCommand.Put(List<Setting> settings) -> put(settings);
      case StoreCommand.Remove(List<String> path) -> remove(path);
      case StoreCommand.Variables(AppName app) -> new StoreReply.Variables(variables(app));
    };
  }

  /// The variables that `app` gets at a start.
  public Map<String, String> variables(AppName app) {
    DurableFile.Found<JsonObject> found = file.look();
    if (!told.getAndSet(found.problems()).equals(found.problems())) {
      found.problems().forEach(problem -> LOG.log(Level.ERROR, "{0}", problem));
    }
    return StoreTree.variables(tree(found), app);
  }

  private static JsonObject tree(DurableFile.Found<JsonObject> found) {
    return found.content().orElseGet(JsonObject::new);
  }

  private StoreReply put(List<Setting> settings) {
    DurableFile.Found<JsonObject> found = file.look();
    JsonObject tree = tree(found).copy();
    for (Setting setting : settings) {
      Optional<String> problem = StoreTree.put(tree, setting);
      if (problem.isPresent()) {
        return new StoreReply.Failed(problem.get());
      }
    }
    return written(tree, found.problems());
  }

  private StoreReply remove(List<String> path) {
    DurableFile.Found<JsonObject> found = file.look();
    JsonObject tree = tree(found).copy();
    return StoreTree.remove(tree, path)
        ? written(tree, found.problems())
        : new StoreReply.Content(tree.encode(), false, found.problems());
  }

  private StoreReply written(JsonObject tree, List<String> problems) {
    if (!problems.isEmpty()) {
      return new StoreReply.Failed(
          "%s; nothing is changed until that is mended".formatted(problems.getFirst()));
    }
    try {
      file.write(tree.encodePrettily() + "\n");
      return new StoreReply.Content(tree.encode(), true, List.of());
    } catch (IOException error) {
      return new StoreReply.Failed(
          "%s cannot be written (%s): it is as it was".formatted(file.path(), error.getMessage()));
    }
  }
}
