package io.jpm.agent.door;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;

/*
 * Where a JVM enters the agent: the only class of it that an app can see, and one that every Java
 * since 8 can load. Whatever goes wrong here, the app starts.
 */
public final class Agent {
  private Agent() {}

  /*
   * Called by the JVM before the app's main method. Does nothing in a process that got no sockets
   * from jpm, and is not to hand its own over.
   */
  public static void premain(String argument, Instrumentation jvm) {
    try {
      // Even this may be forbidden, by a security manager of the app's.
      if (System.getenv("JPM_SOCKETS") != null || System.getenv("JPM_ALONE") != null) {
        enter(jvm);
      }
    } catch (InvocationTargetException error) {
      tell(error.getCause());
    } catch (Throwable error) {
      tell(error);
    }
  }

  private static void tell(Throwable error) {
    System.err.println("jpm: this Java shares no sockets: " + error);
  }

  /* The rest, and its ASM, in a class loader of its own, so that the app's ASM is another one. */
  private static void enter(Instrumentation jvm) throws Exception {
    String version = System.getProperty("java.specification.version");
    if (version.startsWith("1.") || Integer.parseInt(version) < 17) {
      System.err.println(
          "jpm: this Java shares no sockets: it is " + version + ", use 17 or newer");
      return;
    }
    File jar = new File(Agent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    URL[] parts = {jar.toURI().toURL(), new File(jar.getParentFile(), "asm.jar").toURI().toURL()};
    // Never closed: what is needed first when the process drains is loaded then.
    URLClassLoader own = new URLClassLoader(parts, ClassLoader.getSystemClassLoader().getParent());
    own.loadClass("io.jpm.agent.Entry").getMethod("enter", Instrumentation.class).invoke(null, jvm);
  }
}
