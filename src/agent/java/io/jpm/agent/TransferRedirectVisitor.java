package io.jpm.agent;

import java.util.Set;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/// Makes a method that reads or writes call [SocketHooks] while the process drains.
final class TransferRedirectVisitor extends MethodVisitor {
  private static final Set<String> NAMES = Set.of("read", "readv", "write", "writev");
  private static final String ARGUMENTS = "(Ljava/io/FileDescriptor;JI)";

  private final String name;
  private final String descriptor;
  private final Runnable changed;

  TransferRedirectVisitor(String name, String descriptor, MethodVisitor next, Runnable changed) {
    super(Opcodes.ASM9, next);
    this.name = name;
    this.descriptor = descriptor;
    this.changed = changed;
  }

  /// Reports whether a method reads or writes and must therefore be changed.
  static boolean isTransfer(int access, String name, String descriptor) {
    return (access & (Opcodes.ACC_STATIC | Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE)) == 0
        && NAMES.contains(name)
        && descriptor.startsWith(ARGUMENTS);
  }

  @Override
  public void visitCode() {
    super.visitCode();
    Label usual = new Label();
    visitFieldInsn(Opcodes.GETSTATIC, SocketHooks.NAME, SocketHooks.DRAINING, "Z");
    visitJumpInsn(Opcodes.IFEQ, usual);
    visitVarInsn(Opcodes.ALOAD, 1);
    visitVarInsn(Opcodes.LLOAD, 2);
    visitVarInsn(Opcodes.ILOAD, 4);
    visitMethodInsn(Opcodes.INVOKESTATIC, SocketHooks.NAME, name, descriptor, false);
    visitInsn(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN));
    visitLabel(usual);
    visitFrame(Opcodes.F_SAME, 0, null, 0, null);
    changed.run();
  }
}
