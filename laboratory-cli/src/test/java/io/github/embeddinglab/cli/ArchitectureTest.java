package io.github.embeddinglab.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.embeddinglab.core.host.HostEnvironment;
import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rules of the house, over everything on the command line's class path. */
@Tag("unit")
class ArchitectureTest {
    private static final String ROOT = "io.github.embeddinglab.";
    private static JavaClasses all;

    @BeforeAll
    static void read() {
        all = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.github.embeddinglab");
    }

    @Test
    void theClassPathIsTheWholeHouse() {
        assertThat(all.size()).isGreaterThan(200);
        assertThat(all.contain(HostEnvironment.class)).isTrue();
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.github.embeddinglab.(**)").should().beFreeOfCycles().check(withoutApi());
    }

    /** The builder and the settings know the SPI, whose types speak of the front: one idea in two packages. */
    private static JavaClasses withoutApi() {
        return all.that(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage(ROOT + "api..")));
    }

    @Test
    void arrowsPointOneWay() {
        noClasses().that().resideInAPackage(ROOT + "api..").should().dependOnClassesThat()
                .resideInAnyPackage(ROOT + "core..", ROOT + "vectors..", ROOT + "cli..", ROOT + "cpu..", ROOT + "gpu..", ROOT + "evaluation..", ROOT + "training..")
                .check(all);
        noClasses().that().resideInAPackage(ROOT + "vectors..").should().dependOnClassesThat()
                .resideInAnyPackage(ROOT + "api..", ROOT + "core..", ROOT + "cli..")
                .check(all);
        noClasses().that().resideInAPackage(ROOT + "core..").should().dependOnClassesThat()
                .resideInAnyPackage(ROOT + "cli..", ROOT + "cpu..", ROOT + "gpu..", ROOT + "evaluation..", ROOT + "training..", ROOT + "testkit..")
                .check(all);
        noClasses().that().resideInAPackage(ROOT + "training..").should().dependOnClassesThat()
                .resideInAnyPackage(ROOT + "cli..", ROOT + "cpu..", ROOT + "gpu..")
                .check(all);
        noClasses().that().resideInAPackage(ROOT + "evaluation..").should().dependOnClassesThat()
                .resideInAnyPackage(ROOT + "core..", ROOT + "training..", ROOT + "cli..")
                .allowEmptyShould(true)
                .check(all);
    }

    @Test
    void noThirdPartyTypeCrossesTheApi() {
        classes().that().resideInAPackage(ROOT + "api..").should().onlyDependOnClassesThat()
                .resideInAnyPackage(ROOT + "api..", "java..", "org.apiguardian..", "org.jspecify..")
                .check(all);
    }

    @Test
    void everyPublicTypeStatesItsStatus() {
        classes().that().arePublic().and().areTopLevelClasses().and().doNotHaveSimpleName("package-info")
                .and().doNotHaveSimpleName("module-info")
                .should().beAnnotatedWith(API.class)
                .check(all);
    }

    @Test
    void everyPackageIsNullMarked() {
        for (JavaClass type : all) {
            assertThat(type.getPackage().tryGetAnnotationOfType(NullMarked.class))
                    .as("package-info of %s", type.getPackageName())
                    .isPresent();
        }
    }

    @Test
    void theTokenizersThatConnectOutAreNeverUsed() {
        noClasses().should().dependOnClassesThat().haveFullyQualifiedName("ai.djl.huggingface.tokenizers.HuggingFaceTokenizer")
                .orShould().dependOnClassesThat().resideInAPackage("ai.djl.util..")
                .check(all);
    }

    @Test
    void oneClassReadsTheEnvironment() {
        // the testkit reads the two properties that Surefire hands to tests
        noClasses().that().doNotHaveFullyQualifiedName(HostEnvironment.class.getName())
                .and().resideOutsideOfPackage(ROOT + "testkit..")
                .should().callMethod(System.class, "getenv")
                .orShould().callMethod(System.class, "getenv", String.class)
                .orShould().callMethod(System.class, "getProperty", String.class)
                .orShould().callMethod(System.class, "getProperty", String.class, String.class)
                .check(all);
    }

    @Test
    void noMutableStaticState() {
        fields().that().areStatic().and().areDeclaredInClassesThat().areNotEnums().and().doNotHaveModifier(JavaModifier.SYNTHETIC)
                // a native library is loaded once for a class loader, which is what a static field is
                .and().areDeclaredInClassesThat().doNotHaveSimpleName("NativeLibrary")
                .should().beFinal()
                .check(all);
    }
}
