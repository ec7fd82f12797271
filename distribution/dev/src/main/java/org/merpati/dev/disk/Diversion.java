package org.merpati.dev.disk;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.Set;

/**
 * A twin of the JDK's own provider that hands each change to another one. The JDK takes only paths of its own class to
 * its Unix sockets, so a file system of our own class would cost us those: this one is the JDK's, and its provider is a
 * subclass of the JDK's that is made here, in the JDK's package (hence {@code --add-opens java.base/sun.nio.fs}).
 */
final class Diversion {
    private static final Set<String> CHANGES = Set.of(
            "newFileChannel",
            "newByteChannel",
            "newAsynchronousFileChannel",
            "createDirectory",
            "createSymbolicLink",
            "createLink",
            "copy",
            "move");
    private static final ClassDesc PROVIDER = describe(FileSystemProvider.class);
    private static final ClassDesc PATH = describe(Path.class);
    private static final String TARGET = "target";

    private Diversion() {}

    /** A provider with a file system of the JDK's class, whose changes go to the target. */
    static FileSystemProvider of(FileSystemProvider builtin, FileSystemProvider target) {
        ClassDesc twin = ClassDesc.of(builtin.getClass().getPackageName(), "DivertedFileSystemProvider");
        byte[] octets = ClassFile.of().build(twin, type -> write(type, twin, describe(builtin.getClass())));
        try {
            Class<?> made = MethodHandles.privateLookupIn(builtin.getClass(), MethodHandles.lookup())
                    .defineClass(octets);
            made.getField(TARGET).set(null, target);
            return (FileSystemProvider) made.getConstructor().newInstance();
        } catch (ReflectiveOperationException closed) {
            throw new IllegalStateException("this JVM was started without --add-opens java.base/sun.nio.fs", closed);
        }
    }

    private static ClassDesc describe(Class<?> type) {
        return ClassDesc.ofDescriptor(type.descriptorString());
    }

    private static void write(ClassBuilder type, ClassDesc twin, ClassDesc builtin) {
        type.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL).withSuperclass(builtin);
        type.withField(TARGET, PROVIDER, ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC);
        type.withMethodBody(
                INIT_NAME,
                MTD_void,
                ClassFile.ACC_PUBLIC,
                code -> code.aload(0)
                        .invokespecial(builtin, INIT_NAME, MTD_void)
                        .return_());
        for (Method method : FileSystemProvider.class.getDeclaredMethods()) {
            if (CHANGES.contains(method.getName())) {
                divert(type, twin, method);
            }
        }
        // The JDK's delete and deleteIfExists are final and end in this one, which the package alone sees.
        type.withMethodBody(
                "implDelete",
                MethodTypeDesc.of(CD_boolean, PATH, CD_boolean),
                0,
                code -> code.iload(2)
                        .ifThen(strict -> target(strict, twin)
                                .aload(1)
                                .invokevirtual(PROVIDER, "delete", MethodTypeDesc.of(CD_void, PATH))
                                .iconst_1()
                                .ireturn())
                        .getstatic(twin, TARGET, PROVIDER)
                        .aload(1)
                        .invokevirtual(PROVIDER, "deleteIfExists", MethodTypeDesc.of(CD_boolean, PATH))
                        .ireturn());
    }

    private static CodeBuilder target(CodeBuilder code, ClassDesc twin) {
        return code.getstatic(twin, TARGET, PROVIDER);
    }

    private static void divert(ClassBuilder type, ClassDesc twin, Method method) {
        MethodTypeDesc shape = MethodTypeDesc.ofDescriptor(
                java.lang.invoke.MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                        .descriptorString());
        type.withMethodBody(method.getName(), shape, ClassFile.ACC_PUBLIC, code -> {
            target(code, twin);
            for (int k = 0; k < shape.parameterCount(); k++) {
                code.loadLocal(TypeKind.from(shape.parameterType(k)), code.parameterSlot(k));
            }
            code.invokevirtual(PROVIDER, method.getName(), shape).return_(TypeKind.from(shape.returnType()));
        });
    }
}
