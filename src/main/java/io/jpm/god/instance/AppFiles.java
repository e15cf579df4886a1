package io.jpm.god.instance;

import io.jpm.bus.god.AppFile;
import io.jpm.model.AppName;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Records the process file of each app. With this record, `jpm apply` can delete an app that was
/// removed from its file without affecting the apps of other files. An app belongs to at most one
/// file, and a file without apps is not recorded. Confined to GodVerticle's context.
public final class AppFiles {
  private final Map<Path, AppFile> files = new TreeMap<>();

  /// Returns all files, ordered by path.
  public List<AppFile> all() {
    return List.copyOf(files.values());
  }

  /// Replaces all recorded files with `all`, to undo a change.
  public void restore(List<AppFile> all) {
    files.clear();
    all.forEach(file -> files.put(file.file(), file));
  }

  /// Returns the apps of `file`; empty if the file is not recorded.
  public Set<AppName> appsOf(Path file) {
    AppFile known = files.get(file);
    return known == null ? Set.of() : known.apps();
  }

  /// Records that `apps` are described by `file`; an empty `file` means that no file describes
  /// them.
  public void assign(Optional<Path> file, Collection<AppName> apps) {
    Optional<AppFile> known = file.map(files::get);
    Set<AppName> all = new HashSet<>(apps);
    known.ifPresent(it -> all.addAll(it.apps()));
    apps.forEach(this::leave);
    file.ifPresent(path -> files.put(path, new AppFile(path, all, known.flatMap(AppFile::watch))));
    forgetEmpty();
  }

  /// Records the apps of `file` and whether the file is read again when it changes.
  public void watch(AppFile file) {
    assign(Optional.of(file.file()), file.apps());
    files.computeIfPresent(
        file.file(), (path, known) -> new AppFile(path, known.apps(), file.watch()));
    forgetEmpty();
  }

  /// Removes an app that no longer exists.
  void forget(AppName app) {
    leave(app);
    forgetEmpty();
  }

  private void leave(AppName app) {
    files.replaceAll((path, file) -> {
      Set<AppName> left = new HashSet<>(file.apps());
      left.remove(app);
      return new AppFile(path, left, file.watch());
    });
  }

  private void forgetEmpty() {
    files.values().removeIf(file -> file.apps().isEmpty());
  }
}
