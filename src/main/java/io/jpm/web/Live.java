package io.jpm.web;

import io.jpm.wire.CommandKey;
import io.jpm.wire.CommandReply.Code;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// What comes of the API as it happens, and log files: who is limited to some apps gets theirs. A
/// request that is not right fails with [CommandDoor.NotUnderstood].
final class Live {
  /// How many streams at a time, all clients together.
  static final int MOST_FEEDS = 64;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private final Vertx vertx;
  private final Doorman doorman;
  private final LineFeeds lines;
  private final UsageFeeds usage;
  private final InstanceFeeds instances;
  private final LogDownload download;
  private int feeds;

  Live(Vertx vertx, Doorman doorman) {
    this.vertx = vertx;
    this.doorman = doorman;
    this.lines = new LineFeeds(vertx);
    this.usage = new UsageFeeds(vertx);
    this.instances = new InstanceFeeds(vertx);
    this.download = new LogDownload(vertx);
  }

  /// What apps use.
  void usage(RoutingContext context) {
    CommandDoor.query(context, ApiRoute.USAGE_STREAM.asked());
    feed(context).ifPresent(feed -> usage.begin(feed, Access.of(context).who()));
  }

  /// What an app prints.
  void lines(RoutingContext context) {
    CommandDoor.query(context, ApiRoute.LINES_STREAM.asked());
    String app = Answer.inPath(context, "app");
    if (reaches(context, app)) {
      feed(context).ifPresent(feed -> lines.begin(feed, app));
    }
  }

  /// The server ends.
  Future<Void> end() {
    usage.end();
    instances.end();
    return lines.end();
  }

  /// What happens.
  void events(RoutingContext context) {
    JsonObject query = CommandDoor.query(context, ApiRoute.EVENTS_STREAM.asked());
    Optional<String> app = Optional.ofNullable(query.getString(CommandKey.APP_NAME.word()));
    OptionalLong after = after(context, query);
    if (app.isEmpty() || reaches(context, app.get())) {
      feed(context).ifPresent(feed -> EventFeed.begin(vertx, feed, Access.of(context), app, after));
    }
  }

  /// All that a page shows of all apps in one stream, since a browser opens six connections to a
  /// server at most: the list and its changes, usage, events.
  void page(RoutingContext context) {
    OptionalLong after = after(context, CommandDoor.query(context, ApiRoute.LIVE_STREAM.asked()));
    Access access = Access.of(context);
    feed(context)
        .ifPresent(feed -> {
          instances.begin(feed, access.who());
          usage.begin(feed, access.who());
          EventFeed.begin(vertx, feed, access, Optional.empty(), after);
        });
  }

  /// The event that the client has seen last. What a browser sends when it comes again is newer
  /// than what stood in the address.
  private static OptionalLong after(RoutingContext context, JsonObject query) {
    String resumed = context.request().getHeader("Last-Event-ID");
    if (resumed != null && !NUMBER.matcher(resumed).matches()) {
      throw new CommandDoor.NotUnderstood("Last-Event-ID: use the id of an event");
    }
    Long after = resumed != null ? Long.valueOf(resumed) : query.getLong(CommandKey.AFTER.word());
    return after == null ? OptionalLong.empty() : OptionalLong.of(after);
  }

  /// A log file.
  void download(RoutingContext context) {
    JsonObject query = CommandDoor.query(context, ApiRoute.DOWNLOAD.asked());
    String stream = query.getString(CommandKey.STREAM.word(), "out");
    if (!stream.equals("out") && !stream.equals("err")) {
      throw new CommandDoor.NotUnderstood("stream: use out or err");
    }
    download.send(
        context,
        Answer.inPath(context, "app"),
        stream.equals("err"),
        Optional.ofNullable(query.getString(CommandKey.TARGET.word())));
  }

  private static boolean reaches(RoutingContext context, String app) {
    boolean may = Access.of(context).who().reaches(app);
    if (!may) {
      Answer.failed(
          context.response(), 404, Code.NOT_FOUND.word(), "no app matches \"%s\"".formatted(app));
    }
    return may;
  }

  private Optional<Feed> feed(RoutingContext context) {
    if (feeds >= MOST_FEEDS) {
      Answer.failed(
          context.response(),
          503,
          "too_many",
          "there are %d streams already: end one".formatted(MOST_FEEDS));
      return Optional.empty();
    }
    feeds++;
    var feed = new Feed(vertx, context, doorman);
    feed.whenOver(() -> feeds--);
    return Optional.of(feed);
  }
}
