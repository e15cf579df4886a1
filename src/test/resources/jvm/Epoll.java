package shaded.io.netty.channel.epoll;

/** Netty's native transport as an app sees it, relocated as in a fat jar. */
public final class Epoll {
  public static boolean isAvailable() {
    return true;
  }

  public static Throwable unavailabilityCause() {
    return null;
  }

  public static void ensureAvailability() {}

  public static void main(String[] words) throws Exception {
    ensureAvailability();
    System.out.println("available: " + isAvailable() + ", since " + unavailabilityCause());
    System.out.println("ready");
    Thread.sleep(Long.MAX_VALUE);
  }
}
