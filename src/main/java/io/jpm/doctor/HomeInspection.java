package io.jpm.doctor;

import io.jpm.bus.god.InstanceView;
import io.jpm.doctor.SystemReport.Disk;
import io.jpm.doctor.SystemReport.HomeFacts;
import io.jpm.os.SystemInspection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Collects facts about the daemon's directory. Blocking.
///
/// @param inspector inspects disks
/// @param home the directory
/// @param pid the pid of the daemon
record HomeInspection(SystemInspection inspector, Path home, long pid) {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final Path NOWHERE = Path.of("/dev");

  /// Matches the names of pipes, such as `<id>-<incarnation>.out`; group 1 is the id of the
  /// instance.
  private static final Pattern PIPE = Pattern.compile("([0-9]{1,9})-[0-9]+\\.(?:out|err|in)");

  private static final Pattern DUMP = Pattern.compile("hs_err_pid.*|.*\\.hprof|core(?:\\.[0-9]+)?");

  /// Collects the facts.
  ///
  /// @param instances the listed instances; empty if they are unknown, in which case no file is
  ///   reported as stale
  HomeFacts facts(Optional<List<InstanceView>> instances) {
    return new HomeFacts(
        home,
        mode(),
        Files.isWritable(home),
        disks(instances.orElse(List.of())),
        free(SHARED_MEMORY),
        instances.map(this::stale).orElse(List.of()),
        matching(home, DUMP),
        pidFile(),
        pid);
  }

  private String mode() {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(home));
    } catch (IOException | UnsupportedOperationException unknown) {
      return "?";
    }
  }

  /// Returns the disks that contain the home and the log directories, without duplicates.
  private List<Disk> disks(List<InstanceView> instances) {
    List<Disk> disks = new ArrayList<>();
    Set<Object> seen = new java.util.HashSet<>();
    Stream.concat(
            Stream.of(home),
            instances.stream()
                .flatMap(one -> Stream.of(one.outFile(), one.errorFile()))
                .filter(file -> !file.startsWith(NOWHERE))
                .map(Path::getParent)
                .filter(Objects::nonNull))
        .distinct()
        .forEach(folder -> {
          OptionalLong free = free(folder);
          if (free.isPresent() && seen.add(disk(folder))) {
            disks.add(new Disk(folder, free.getAsLong(), inspector.freeInodes(folder)));
          }
        });
    return disks;
  }

  private static Object disk(Path folder) {
    try {
      return Files.getAttribute(folder, "unix:dev");
    } catch (IOException | RuntimeException unknown) {
      return folder;
    }
  }

  private static OptionalLong free(Path folder) {
    try {
      return OptionalLong.of(Files.getFileStore(folder).getUsableSpace());
    } catch (IOException none) {
      return OptionalLong.empty();
    }
  }

  private List<Path> stale(List<InstanceView> instances) {
    Set<Integer> ids = instances.stream().map(one -> one.id().value()).collect(Collectors.toSet());
    Set<Path> pidFiles = instances.stream().map(InstanceView::pidFile).collect(Collectors.toSet());
    List<Path> stale = new ArrayList<>();
    for (Path pipe : matching(home.resolve("fifo"), PIPE)) {
      Matcher name = PIPE.matcher(String.valueOf(pipe.getFileName()));
      if (name.matches() && !ids.contains(Integer.valueOf(name.group(1)))) {
        stale.add(pipe);
      }
    }
    matching(home.resolve("pids"), Pattern.compile(".*\\.pid")).stream()
        .filter(file -> !pidFiles.contains(file))
        .forEach(stale::add);
    return stale;
  }

  private static List<Path> matching(Path folder, Pattern names) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> names.matcher(String.valueOf(file.getFileName())).matches())
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException none) {
      return List.of();
    }
  }

  private String pidFile() {
    try {
      return Files.readString(home.resolve("jpm.pid")).strip();
    } catch (IOException none) {
      return "";
    }
  }
}
