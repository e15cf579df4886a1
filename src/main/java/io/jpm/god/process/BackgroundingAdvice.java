package io.jpm.god.process;

import io.jpm.model.AppSpec;
import io.jpm.model.Command;
import io.jpm.os.LeftoverProcess;
import io.jpm.supervise.Daemonized;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What is said to somebody whose program puts itself into the background, where nobody can
/// supervise it: how it is kept in the foreground.
final class BackgroundingAdvice {
  /// A program that has not run for longer has done nothing but make a daemon of itself.
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  /// Some well-known ones wait until their daemon is ready.
  private static final Duration UNTIL_READY = Duration.ofSeconds(10);

  private static final String GENERAL =
      "without its option to become a daemon, and without `&`, `nohup` or `setsid`";

  /// Programs that are known to put themselves into the background.
  ///
  /// @param name what their names begin with
  /// @param remedy how to run them instead
  private record Known(String name, String remedy) {}

  /// The first that fits counts.
  private static final List<Known> KNOWN =
      List.of(
          new Known("redis-sentinel", "`--daemonize no`"),
          new Known("redis-server", "`--daemonize no`"),
          new Known("valkey-server", "`--daemonize no`"),
          new Known("nginx", "`-g 'daemon off;'`"),
          new Known("openresty", "`-g 'daemon off;'`"),
          new Known("pg_ctl", "`postgres -D DIRECTORY` in place of `pg_ctl start`"),
          new Known("postgres", "`postgres -D DIRECTORY` in place of `pg_ctl start`"),
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

  /// What it means if the main process of an app has ended well at once.
  ///
  /// @param left what lives on of its tree; empty: nothing was seen
  static Optional<Daemonized> of(AppSpec spec, Optional<LeftoverProcess> left) {
    return left.map(leftoverProcess -> {
      Optional<Known> known = known(spec.command(), leftoverProcess);
      return new Daemonized(
          "it daemonized itself; run it in the foreground (%s)"
              .formatted(known.map(Known::remedy).orElse(GENERAL)),
          leftoverProcess.ran(),
          known.isPresent() ? UNTIL_READY : AT_ONCE);
    });
  }

  /// What is left may be a part of it with another name, and the app a script that starts it.
  private static Optional<Known> known(Command command, LeftoverProcess left) {
    Stream<String> words =
        Stream.concat(Stream.of(command.script().toString()), command.args().stream())
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
