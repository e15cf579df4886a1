package io.jpm.os.linux;

import io.jpm.model.ReadOnlyPath;
import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import io.jpm.os.ChildWatcher;
import io.jpm.os.LogPipe;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;

/// A daemon in a JVM of another user that requests what only root may do, and prints the results.
public final class UnprivilegedDaemon {
  private UnprivilegedDaemon() {}

  /// Sends the requests and prints the results.
  ///
  /// @param arguments a directory that all users may write to, a program
  public static void main(String[] arguments) throws InterruptedException {
    try (LinuxProcessHost host = new LinuxProcessHost()) {
      printResult("daemon", host, request(arguments, user("daemon")));
      printResult(
          "nice",
          host,
          request(
              arguments,
              new RunAs(
                  Optional.empty(), Optional.empty(), OptionalInt.of(-5), OptionalInt.empty())));
      printResult("nobody", host, request(arguments, user("nobody")));
      printResult("tmp", host, request(arguments, sandboxed(true, List.of())));
      printResult(
          "paths",
          host,
          request(arguments, sandboxed(true, List.of(new ReadOnlyPath(Path.of("/srv"), true)))));
      printResult("calls", host, request(arguments, filtered(Optional.empty())));
      printResult("gaining", host, request(arguments, filtered(Optional.of(false))));
    }
  }

  private static RunAs user(String name) {
    return new RunAs(Optional.of(name), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
  }

  private static RunAs sandboxed(boolean tmp, List<ReadOnlyPath> paths) {
    return new RunAs(
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        new Sandbox(Optional.empty(), Optional.empty(), Seccomp.NONE, tmp, paths));
  }

  private static RunAs filtered(Optional<Boolean> noNewPrivileges) {
    return new RunAs(
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        new Sandbox(noNewPrivileges, Optional.empty(), Seccomp.DEFAULT, false, List.of()));
  }

  private static SpawnRequest request(String[] arguments, RunAs runAs) {
    Path dir = Path.of(arguments[0]);
    LogPipe pipe = new LogPipe(dir.resolve("ordinary-fifo/1"), dir.resolve("ordinary.log"));
    return new SpawnRequest(
        Path.of(arguments[1]),
        List.of("x"),
        Map.of(),
        dir,
        pipe,
        pipe,
        dir + ":1:1",
        runAs,
        false,
        false,
        List.of());
  }

  private static void printResult(String what, LinuxProcessHost host, SpawnRequest request)
      throws InterruptedException {
    CountDownLatch gone = new CountDownLatch(1);
    ChildWatcher watcher =
        new ChildWatcher() {
          @Override
          public void exited(Exit exit) {}

          @Override
          public void treeGone() {
            gone.countDown();
          }
        };
    switch (host.spawn(request, watcher)) {
      case SpawnResult.Refused(String reason, boolean _) ->
          System.out.println(what + ": " + reason);
      case SpawnResult.Started(var child) -> {
        System.out.println(what + ": started");
        child.signalTree(Signal.SIGKILL);
        gone.await();
      }
    }
  }
}
