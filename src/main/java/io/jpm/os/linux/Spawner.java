package io.jpm.os.linux;

import io.jpm.os.SpawnRequest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Makes a process, `posix_spawn(3)`: a session of its own, signals as after boot, the streams and
/// the folder it was asked for, and no other descriptor. All that can fail for a reason of its own
/// is opened here beforehand, so that the error of the call itself is about the program.
final class Spawner {
  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;
  private static final short SETSID = 0x80;

  /// Larger than on any architecture of glibc (336, 80 and 128 bytes on x86-64).
  private static final int STRUCT_BYTES = 512;

  private static final int SIGSET_BYTES = 128;

  /// Never changed once made: shared by all threads.
  private final MemorySegment attributes;

  Spawner() {
    Arena forever = Arena.ofAuto();
    attributes = forever.allocate(STRUCT_BYTES, 16);
    MemorySegment all = forever.allocate(SIGSET_BYTES, 8).fill((byte) 0xFF);
    MemorySegment none = forever.allocate(SIGSET_BYTES, 8);
    // Without the mask a child would start with what HotSpot's threads block (SIGQUIT).
    Libc.initAttributes(attributes, SETSIGDEF | SETSIGMASK | SETSID, all, none);
  }

  /// What came of it.
  sealed interface Outcome {
    /// A child of ours, which nobody else will wait for.
    record Made(int pid) implements Outcome {}

    /// No process, and why.
    record Failed(String reason) implements Outcome {}
  }

  Outcome spawn(SpawnRequest request) {
    try (Descriptors descriptors = new Descriptors();
        Arena arena = Arena.ofConfined()) {
      SpawnRefusal.checkTexts(request);
      int input = descriptors.keep(openNull());
      int out = descriptors.keep(NamedPipe.openForChild(request.out().fifo()));
      int error = descriptors.keep(NamedPipe.openForChild(request.error().fifo()));
      int folder = descriptors.keep(openFolder(request.cwd()));
      MemorySegment actions = arena.allocate(STRUCT_BYTES, 16);
      Libc.initActions(actions);
      try {
        Libc.addDup2(actions, input, 0);
        Libc.addDup2(actions, out, 1);
        Libc.addDup2(actions, error, 2);
        Libc.addChangeFolder(actions, folder);
        Libc.addCloseFrom(actions, 3);
        return call(request, arena, actions);
      } finally {
        Libc.destroyActions(actions);
      }
    } catch (IOException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    }
  }

  private Outcome call(SpawnRequest request, Arena arena, MemorySegment actions) {
    MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
    int errno =
        Libc.spawn(
            pid,
            Libc.text(arena, request.program().toString()),
            actions,
            attributes,
            strings(arena, request.argv()),
            strings(arena, environment(request)));
    return errno == 0
        ? new Outcome.Made(pid.get(ValueLayout.JAVA_INT, 0))
        : new Outcome.Failed(SpawnRefusal.sentence(request, errno));
  }

  private static int openNull() throws IOException {
    int fd = Libc.open(Path.of("/dev/null"), Libc.O_RDONLY, 0);
    if (fd < 0) {
      throw new IOException("cannot open /dev/null: " + Errno.words(-fd));
    }
    return fd;
  }

  private static int openFolder(Path cwd) throws IOException {
    int fd = Libc.open(cwd, Libc.O_PATH | Libc.O_DIRECTORY, 0);
    if (fd < 0) {
      throw new IOException(SpawnRefusal.folderSentence(cwd, -fd));
    }
    return fd;
  }

  private static List<String> environment(SpawnRequest request) {
    List<String> entries = new ArrayList<>(request.environment().size() + 1);
    request
        .environment()
        .forEach((name, value) -> {
          if (!name.equals(SpawnRequest.TAG_VARIABLE)) {
            entries.add(name + "=" + value);
          }
        });
    entries.add(SpawnRequest.TAG_VARIABLE + "=" + request.tag());
    return entries;
  }

  private static MemorySegment strings(Arena arena, List<String> texts) {
    MemorySegment array = arena.allocate(ValueLayout.JAVA_LONG, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ValueLayout.JAVA_LONG, i, Libc.text(arena, texts.get(i)).address());
    }
    return array;
  }
}
