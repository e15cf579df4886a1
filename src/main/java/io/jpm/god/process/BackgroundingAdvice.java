package io.jpm.god.process;

import io.jpm.model.AppCommand;
import io.jpm.model.AppSpec;
import io.jpm.os.LeftoverProcess;
import io.jpm.supervise.DaemonizedProgram;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Detects programs that put themselves into the background, where they cannot be supervised, and
/// explains how to run them in the foreground.
final class BackgroundingAdvice {
  /// A program that exits with 0 within this time is assumed to have daemonized.
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  /// The same limit for [#KNOWN] programs, some of which exit only when their daemon is ready.
  private static final Duration UNTIL_READY = Duration.ofSeconds(10);

  private static final String GENERAL =
      "without its daemon option, and without `&`, `nohup` or `setsid`";

  /// A program that is known to daemonize.
  ///
  /// @param name the prefix of the program's name
  /// @param remedy how to run the program in the foreground
  private record Known(String name, String remedy) {}

  /// The known programs. The first match is used.
  private static final List<Known> KNOWN =
      List.of(
          new Known("redis-sentinel", "`--daemonize no`"),
          new Known("redis-server", "`--daemonize no`"),
          new Known("valkey-server", "`--daemonize no`"),
          new Known("nginx", "`-g 'daemon off;'`"),
          new Known("openresty", "`-g 'daemon off;'`"),
          new Known("pg_ctl", "`postgres -D DIRECTORY` instead of `pg_ctl start`"),
          new Known("postgres", "`postgres -D DIRECTORY` instead of `pg_ctl start`"),
          new Known("sshd", "`sshd -D`"),
          new Known("mysqld", "without `--daemonize`"),
          new Known("mariadbd", "without `--daemonize`"),
          new Known("mongod", "without `--fork`"),
          new Known("httpd", "`-DFOREGROUND`"),
          new Known("apache2", "`-DFOREGROUND`"),
          new Known("apachectl", "`-DFOREGROUND`"),
          new Known("haproxy", "without `-D`"),
          new Known("memcached", "without `-d`"),
          new Known("php-fpm", "`-F`"),
          new Known("lighttpd", "`-D`"),
          new Known("varnishd", "`-F`"),
          new Known("crond", "`-f`"),
          new Known("cron", "`-f`"),
          new Known("vsftpd", "`-obackground=NO`"),
          new Known("gunicorn", "without `--daemon`"),
          new Known("unicorn", "without `-D`"),
          new Known("puma", "without `--daemon`"));

  private BackgroundingAdvice() {}

  /// Returns the explanation to use if the main process of an app exits with 0 immediately.
  ///
  /// @param left a process of its tree that is still running; empty if none was found
  static Optional<DaemonizedProgram> of(AppSpec spec, Optional<LeftoverProcess> left) {
    return left.map(leftoverProcess -> {
      Optional<Known> known = known(spec.command(), leftoverProcess);
      return new DaemonizedProgram(
          "it daemonized itself; run it in the foreground (%s)"
              .formatted(known.map(Known::remedy).orElse(GENERAL)),
          leftoverProcess.mainRuntime(),
          known.isPresent() ? UNTIL_READY : AT_ONCE);
    });
  }

  /// Finds the known program by the name of the remaining process or in the command line. One of
  /// the two may be misleading: the process may have changed its name, or the command line may name
  /// a script that starts the program.
  private static Optional<Known> known(AppCommand appCommand, LeftoverProcess left) {
    Stream<String> words =
        Stream.concat(Stream.of(appCommand.script().toString()), appCommand.args().stream())
            .flatMap(argument -> Stream.of(argument.split("\\s+", -1)))
            .map(BackgroundingAdvice::lastPart);
    return Stream.concat(Stream.of(left.name()), words)
        .flatMap(word -> KNOWN.stream().filter(known -> word.startsWith(known.name)).limit(1))
        .findFirst();
  }

  private static String lastPart(String word) {
    return word.startsWith("/") ? String.valueOf(Path.of(word).getFileName()) : word;
  }
}
