package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A client of a jpm daemon. It sends the requests described in `docs/bridge.md` and subscribes to
/// events, log lines and resource usage. It has no dependencies other than the JDK.
///
/// ```java
/// try (JpmClient client = JpmClient.connect(Endpoint.home(home))) {
///   CountDownLatch online = new CountDownLatch(1);
///   client.followEvents(event -> {
///     if (event.event().equals("online")) {
///       online.countDown();
///     }
///   });
///   client.ask(Request.start(Apps.of(App.of("web", "sleep").with("args", "1000"))));
///   online.await();
///   client.ask(Request.delete("web"));
/// }
/// ```
///
/// Thread-safe. All requests share one connection and are sent in the order of the calls; each
/// subscription has its own connection.
///
/// When a connection is lost, pending requests that change something are resent over a new
/// connection for a few seconds. They keep their idempotency key, so they are not executed twice.
/// If resending does not succeed, they fail with `LOST`; requests that only read fail with `LOST`
/// immediately. Subscriptions reconnect automatically. All threads are virtual and do not prevent
/// the JVM from exiting.
public final class JpmClient implements AutoCloseable {
  private static final String EVENTS = "jpm.events";
  private static final String LINES = "jpm.lines.";
  private static final String USAGE = "jpm.usage";

  private final Endpoint endpoint;
  private final Timeouts timeouts;
  private final RequestQueue requestQueue;
  private final Set<FollowLoop> followings = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private JpmClient(Endpoint endpoint, Timeouts timeouts) {
    this.endpoint = endpoint;
    this.timeouts = timeouts;
    this.requestQueue = new RequestQueue(endpoint, timeouts);
  }

  /// Connects to a running daemon with the default timeouts. The daemon of a home can be started
  /// with `jpm ping`.
  ///
  /// @throws JpmException `UNREACHABLE`
  public static JpmClient connect(Endpoint endpoint) {
    return connect(endpoint, Timeouts.defaults());
  }

  /// Connects to a running daemon.
  ///
  /// @throws JpmException `UNREACHABLE`
  public static JpmClient connect(Endpoint endpoint, Timeouts timeouts) {
    JpmClient client = new JpmClient(endpoint, timeouts);
    client.requestQueue.start();
    return client;
  }

  /// Sends a request and waits for the reply: up to [Timeouts#action] if the request changes
  /// something, otherwise up to [Timeouts#answer].
  ///
  /// @throws JpmException if the request failed or its result is unknown
  public <R extends Response> R ask(Request<R> request) {
    return ask(request, defaultTimeout(request));
  }

  /// Sends a request and waits for the reply.
  ///
  /// @param deadline how long to wait before `TIMEOUT` is thrown; the daemon may still complete the
  ///   request
  /// @throws JpmException if the request failed or its result is unknown
  public <R extends Response> R ask(Request<R> request, Duration deadline) {
    try {
      return askAsync(request, deadline).get();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new JpmException(
          Code.INTERRUPTED,
          "interrupted while waiting for the reply: it is unknown whether the request was executed");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof JpmException why
          ? withCallerStackTrace(why)
          : new IllegalStateException(e);
    }
  }

  /// Sends a request. The future fails with a [JpmException].
  ///
  /// ```java
  /// try (JpmClient client = JpmClient.connect(Endpoint.home(home))) {
  ///   CompletableFuture<Integer> count =
  ///       client.askAsync(Request.list()).thenApply(list -> list.instances().size());
  ///   System.out.println(count.get() + " instances");
  /// }
  /// ```
  public <R extends Response> CompletableFuture<R> askAsync(Request<R> request) {
    return askAsync(request, defaultTimeout(request));
  }

  private Duration defaultTimeout(Request<?> request) {
    return RequestBody.isRepeatable(request) ? timeouts.action() : timeouts.answer();
  }

  /// Sends a request. The future fails with a [JpmException], whose code is `TIMEOUT` after the
  /// deadline. Dependent stages run on a virtual thread and are allowed to block.
  public <R extends Response> CompletableFuture<R> askAsync(Request<R> request, Duration deadline) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    String body = RequestBody.of(request);
    CompletableFuture<JsonMembers> asked =
        RequestBody.isRepeatable(request)
            ? new RepeatableRequest(requestQueue, body, deadline).ask()
            : requestQueue.ask(body, deadline);
    var _ =
        asked.whenCompleteAsync(
            (json, failure) -> complete(answer, request, json, failure),
            Thread::startVirtualThread);
    return answer;
  }

  private static <R extends Response> void complete(
      CompletableFuture<R> answer,
      Request<R> request,
      @Nullable JsonMembers json,
      @Nullable Throwable failure) {
    try {
      if (json == null) {
        answer.completeExceptionally(explained(failure));
      } else {
        answer.complete(request.answer().cast(Response.of(json)));
      }
    } catch (JpmException e) {
      answer.completeExceptionally(e);
    } catch (RuntimeException e) {
      answer.completeExceptionally(
          new JpmException(Code.MALFORMED, "not a valid reply to " + request + ": " + e, e));
    }
  }

  private static JpmException explained(@Nullable Throwable failure) {
    return switch (failure) {
      case JpmException why -> why;
      case TimeoutException late ->
          new JpmException(
              Code.TIMEOUT,
              "no reply before the deadline; the request may still be in progress",
              late);
      case null, default -> new JpmException(Code.LOST, String.valueOf(failure), failure);
    };
  }

  /// Returns a copy of the failure whose stack trace contains the caller.
  private static JpmException withCallerStackTrace(JpmException why) {
    JpmException here = new JpmException(why.code(), why.problems(), why.instances());
    here.initCause(why);
    return here;
  }

  /// Subscribes to all future events of apps and of the daemon. Every event that occurs after this
  /// method has returned is delivered.
  ///
  /// @throws JpmException if the subscription failed
  public Subscription followEvents(EventFollower follower) {
    return followEvents(latest(), follower);
  }

  private long latest() {
    List<Event> latest = ask(Request.latestEvents(1)).events();
    return latest.isEmpty() ? 0 : latest.getLast().seq();
  }

  /// Subscribes to all events after a known one: past events are delivered first, then new ones. A
  /// program that stores the sequence number of the last event it has processed misses no events
  /// while it is not running.
  ///
  /// ```java
  /// try (JpmClient client = JpmClient.connect(Endpoint.home(home))) {
  ///   Path mark = home.resolve("my-mark");
  ///   long seen = Files.exists(mark) ? Long.parseLong(Files.readString(mark)) : 0;
  ///   client.followEvents(
  ///       seen,
  ///       new EventFollower() {
  ///         @Override
  ///         public void take(Event event) {
  ///           System.out.println(event.seq() + " " + event.event() + " " + event.reason());
  ///           try {
  ///             Files.writeString(mark, Long.toString(event.seq()));
  ///           } catch (IOException e) {
  ///             throw new UncheckedIOException(e);
  ///           }
  ///         }
  ///
  ///         @Override
  ///         public void missed(GapReason missed) {
  ///           switch (missed) {
  ///             case GapReason.Forgotten(long after, long forgotten) ->
  ///                 System.out.println(forgotten + " events after " + after + " are gone");
  ///             case GapReason.Renumbered _ -> System.out.println("another home");
  ///           }
  ///         }
  ///       });
  /// }
  /// ```
  ///
  /// @param seq the sequence number of the known event; 0 to begin with the oldest event that the
  ///   daemon stores
  /// @throws JpmException if the subscription failed
  public Subscription followEvents(long seq, EventFollower follower) {
    return follow(new SubscriptionTarget.Numbered(EVENTS, checked(seq), follower));
  }

  /// Subscribes to all future events of one app, which need not exist yet. A token that is limited
  /// to some apps permits this for each of those apps, but does not permit
  /// [#followEvents(EventFollower)].
  ///
  /// @throws JpmException if the subscription failed
  public Subscription followEventsOf(String app, EventFollower follower) {
    return followEventsOf(app, latest(), follower);
  }

  /// Subscribes to the events of one app after a known event.
  ///
  /// @param seq as in [#followEvents(long, EventFollower)]
  /// @throws JpmException if the subscription failed
  public Subscription followEventsOf(String app, long seq, EventFollower follower) {
    return follow(new SubscriptionTarget.Numbered(EVENTS + "." + app, checked(seq), follower));
  }

  private static long checked(long seq) {
    if (seq < 0) {
      throw new IllegalArgumentException("the sequence number " + seq + " is negative");
    }
    return seq;
  }

  /// Subscribes to all future log lines of an app, which need not exist yet. Lines that are written
  /// while the connection is lost ([Follower#interrupted]) are not delivered, but can be requested
  /// with [Request#logs].
  ///
  /// @throws JpmException if the subscription failed
  public Subscription followLines(String app, Follower<LogBatch> follower) {
    return follow(new SubscriptionTarget.Live<>(LINES + app, LogBatch::of, follower));
  }

  /// Subscribes to the resource usage of apps and of the machine, which is sent once per second, or
  /// as rarely as every five seconds while nothing changes.
  ///
  /// @throws JpmException if the subscription failed
  public Subscription followUsage(Follower<Usage> follower) {
    return follow(new SubscriptionTarget.Live<>(USAGE, Usage::of, follower));
  }

  private Subscription follow(SubscriptionTarget subscriptionTarget) {
    FollowLoop followLoop =
        new FollowLoop(endpoint, timeouts, subscriptionTarget, followings::remove);
    followings.add(followLoop);
    try {
      if (closed) {
        throw RequestQueue.closed();
      }
      followLoop.start();
      return followLoop;
    } catch (JpmException e) {
      followLoop.close();
      throw withCallerStackTrace(e);
    }
  }

  /// Ends all subscriptions and fails pending requests (`CLOSED`).
  @Override
  public void close() {
    closed = true;
    requestQueue.close();
    List.copyOf(followings).forEach(FollowLoop::close);
  }
}
