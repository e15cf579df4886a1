package io.jpm.god.journal;

import io.jpm.bus.Blocking;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.god.instance.Instance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/// `dump.json`: the list of apps as its owner has last asked to remember it, and the one before in
/// `dump.json.bak`. Unlike the journal it changes by command only, and a command whose list is not
/// on the disk has failed. Owned by GodVerticle's context.
public final class SavedList {
  private final Vertx vertx;
  private final DurableFile file;

  public SavedList(Vertx vertx, Path home) {
    this.vertx = vertx;
    this.file = new DurableFile(home, DurableFile.Kind.DUMP);
  }

  /// Remembers `instances`. An empty list is not remembered unless `force` says so: somebody who
  /// saves after a mishap would lose the good one (PM2's rule).
  public Future<GodReply> save(Collection<Instance> instances, boolean force) {
    if (instances.isEmpty() && !force) {
      return Future.succeededFuture(
          new GodReply(List.of(), List.of())
              .withNote(
                  "the list of apps is empty: nothing was saved and %s is as it was (jpm save --force saves the empty list)"
                      .formatted(file.path())));
    }
    List<InstanceView> views = instances.stream().map(Instance::view).toList();
    return write(SavedApp.of(instances), views);
  }

  /// Remembers that there is no app.
  public Future<GodReply> clear() {
    return write(List.of(), List.of());
  }

  private Future<GodReply> write(List<SavedApp> apps, List<InstanceView> views) {
    return Blocking.call(
            vertx,
            () -> {
              file.write(DumpJson.write(apps).encodePrettily());
              return new GodReply(views, List.of());
            })
        .recover(error ->
            error instanceof IOException
                ? Future.succeededFuture(
                    new GodReply(
                        List.of(),
                        List.of(
                            "%s cannot be written (%s): what was saved before is kept; mend that and save again"
                                .formatted(file.path(), words(error)))))
                : Future.failedFuture(error));
  }

  /// Without the path, which the sentence has.
  private static String words(Throwable error) {
    if (error instanceof FileSystemException refused) {
      return refused.getReason() == null ? refused.getClass().getSimpleName() : refused.getReason();
    }
    return String.valueOf(error.getMessage());
  }

  /// What was remembered last. Fails with [UnreadableFile] when that must not be ignored.
  public Future<DurableFile.Found<List<SavedApp>>> load() {
    return Blocking.call(vertx, () -> file.read(DumpJson::read));
  }

  /// Where the list is.
  public Path path() {
    return file.path();
  }
}
