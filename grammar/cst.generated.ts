// Generated from grammar/rules.ts by scripts/generate.ts.
import type { CstNodeLocation, IToken } from "chevrotain";

export interface FileCstNode {
  readonly name: "file";
  readonly location?: CstNodeLocation;
  readonly children: FileCstChildren;
}

export type FileCstChildren = {
  readonly declaration?: readonly (DeclarationCstNode)[];
};

export interface DeclarationCstNode {
  readonly name: "declaration";
  readonly location?: CstNodeLocation;
  readonly children: DeclarationCstChildren;
}

export type DeclarationCstChildren = {
  readonly use?: readonly (UseCstNode)[];
  readonly data?: readonly (DataCstNode)[];
  readonly task?: readonly (TaskCstNode)[];
  readonly encoder?: readonly (EncoderCstNode)[];
  readonly module?: readonly (ModuleCstNode)[];
  readonly model?: readonly (ModelCstNode)[];
  readonly stage?: readonly (StageCstNode)[];
  readonly sweep?: readonly (SweepCstNode)[];
  readonly assembly?: readonly (AssemblyCstNode)[];
  readonly output?: readonly (OutputCstNode)[];
  readonly profile?: readonly (ProfileCstNode)[];
  readonly binding?: readonly (BindingCstNode)[];
};

export interface UseCstNode {
  readonly name: "use";
  readonly location?: CstNodeLocation;
  readonly children: UseCstChildren;
}

export type UseCstChildren = {
  readonly Use?: readonly (IToken)[];
  readonly String?: readonly (IToken)[];
  readonly As?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
};

export interface BindingCstNode {
  readonly name: "binding";
  readonly location?: CstNodeLocation;
  readonly children: BindingCstChildren;
}

export type BindingCstChildren = {
  readonly TopBinding?: readonly (IToken)[];
  readonly Assign?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
};

export interface DataCstNode {
  readonly name: "data";
  readonly location?: CstNodeLocation;
  readonly children: DataCstChildren;
}

export type DataCstChildren = {
  readonly Data?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly parameters?: readonly (ParametersCstNode)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface TaskCstNode {
  readonly name: "task";
  readonly location?: CstNodeLocation;
  readonly children: TaskCstChildren;
}

export type TaskCstChildren = {
  readonly Task?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly Assign?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface EncoderCstNode {
  readonly name: "encoder";
  readonly location?: CstNodeLocation;
  readonly children: EncoderCstChildren;
}

export type EncoderCstChildren = {
  readonly Encoder?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly Assign?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface ModuleCstNode {
  readonly name: "module";
  readonly location?: CstNodeLocation;
  readonly children: ModuleCstChildren;
}

export type ModuleCstChildren = {
  readonly Module?: readonly (IToken)[];
  readonly Loss?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly parameters?: readonly (ParametersCstNode)[];
  readonly inputs?: readonly (InputsCstNode)[];
  readonly Arrow?: readonly (IToken)[];
  readonly shape?: readonly (ShapeCstNode)[];
  readonly body?: readonly (BodyCstNode)[];
};

export interface ModelCstNode {
  readonly name: "model";
  readonly location?: CstNodeLocation;
  readonly children: ModelCstChildren;
}

export type ModelCstChildren = {
  readonly Model?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly parameters?: readonly (ParametersCstNode)[];
  readonly inputs?: readonly (InputsCstNode)[];
  readonly body?: readonly (BodyCstNode)[];
};

export interface StageCstNode {
  readonly name: "stage";
  readonly location?: CstNodeLocation;
  readonly children: StageCstChildren;
}

export type StageCstChildren = {
  readonly Stage?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly parameters?: readonly (ParametersCstNode)[];
  readonly Assign?: readonly (IToken)[];
  readonly Train?: readonly (IToken)[];
  readonly Apply?: readonly (IToken)[];
  readonly postfix?: readonly (PostfixCstNode)[];
  readonly On?: readonly (IToken)[];
  readonly dataExpr?: readonly (DataExprCstNode)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface SweepCstNode {
  readonly name: "sweep";
  readonly location?: CstNodeLocation;
  readonly children: SweepCstChildren;
}

export type SweepCstChildren = {
  readonly Sweep?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly Assign?: readonly (IToken)[];
  readonly postfix?: readonly (PostfixCstNode)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface AssemblyCstNode {
  readonly name: "assembly";
  readonly location?: CstNodeLocation;
  readonly children: AssemblyCstChildren;
}

export type AssemblyCstChildren = {
  readonly Assemble?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly parameters?: readonly (ParametersCstNode)[];
  readonly On?: readonly (IToken)[];
  readonly dataExpr?: readonly (DataExprCstNode)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface OutputCstNode {
  readonly name: "output";
  readonly location?: CstNodeLocation;
  readonly children: OutputCstChildren;
}

export type OutputCstChildren = {
  readonly Export?: readonly (IToken)[];
  readonly Submit?: readonly (IToken)[];
  readonly postfix?: readonly (PostfixCstNode)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface ProfileCstNode {
  readonly name: "profile";
  readonly location?: CstNodeLocation;
  readonly children: ProfileCstChildren;
}

export type ProfileCstChildren = {
  readonly Profile?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface DataExprCstNode {
  readonly name: "dataExpr";
  readonly location?: CstNodeLocation;
  readonly children: DataExprCstChildren;
}

export type DataExprCstChildren = {
  readonly postfix?: readonly (PostfixCstNode)[];
  readonly With?: readonly (IToken)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface AnyNameCstNode {
  readonly name: "anyName";
  readonly location?: CstNodeLocation;
  readonly children: AnyNameCstChildren;
}

export type AnyNameCstChildren = {
  readonly Name?: readonly (IToken)[];
  readonly Binding?: readonly (IToken)[];
  readonly Key?: readonly (IToken)[];
};

export interface ParametersCstNode {
  readonly name: "parameters";
  readonly location?: CstNodeLocation;
  readonly children: ParametersCstChildren;
}

export type ParametersCstChildren = {
  readonly LeftParen?: readonly (IToken)[];
  readonly parameter?: readonly (ParameterCstNode)[];
  readonly Comma?: readonly (IToken)[];
  readonly RightParen?: readonly (IToken)[];
};

export interface ParameterCstNode {
  readonly name: "parameter";
  readonly location?: CstNodeLocation;
  readonly children: ParameterCstChildren;
}

export type ParameterCstChildren = {
  readonly Key?: readonly (IToken)[];
  readonly Colon?: readonly (IToken)[];
  readonly type?: readonly (TypeCstNode)[];
  readonly Assign?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
};

export interface TypeCstNode {
  readonly name: "type";
  readonly location?: CstNodeLocation;
  readonly children: TypeCstChildren;
}

export type TypeCstChildren = {
  readonly plainType?: readonly (PlainTypeCstNode)[];
  readonly Pipe?: readonly (IToken)[];
  readonly Question?: readonly (IToken)[];
};

export interface PlainTypeCstNode {
  readonly name: "plainType";
  readonly location?: CstNodeLocation;
  readonly children: PlainTypeCstChildren;
}

export type PlainTypeCstChildren = {
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly listType?: readonly (ListTypeCstNode)[];
  readonly mapType?: readonly (MapTypeCstNode)[];
  readonly None?: readonly (IToken)[];
};

export interface ListTypeCstNode {
  readonly name: "listType";
  readonly location?: CstNodeLocation;
  readonly children: ListTypeCstChildren;
}

export type ListTypeCstChildren = {
  readonly LeftBracket?: readonly (IToken)[];
  readonly type?: readonly (TypeCstNode)[];
  readonly RightBracket?: readonly (IToken)[];
};

export interface MapTypeCstNode {
  readonly name: "mapType";
  readonly location?: CstNodeLocation;
  readonly children: MapTypeCstChildren;
}

export type MapTypeCstChildren = {
  readonly LeftBrace?: readonly (IToken)[];
  readonly type?: readonly (TypeCstNode)[];
  readonly Colon?: readonly (IToken)[];
  readonly RightBrace?: readonly (IToken)[];
};

export interface InputsCstNode {
  readonly name: "inputs";
  readonly location?: CstNodeLocation;
  readonly children: InputsCstChildren;
}

export type InputsCstChildren = {
  readonly LeftParen?: readonly (IToken)[];
  readonly moduleInput?: readonly (ModuleInputCstNode)[];
  readonly Comma?: readonly (IToken)[];
  readonly RightParen?: readonly (IToken)[];
};

export interface ModuleInputCstNode {
  readonly name: "moduleInput";
  readonly location?: CstNodeLocation;
  readonly children: ModuleInputCstChildren;
}

export type ModuleInputCstChildren = {
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly Colon?: readonly (IToken)[];
  readonly Many?: readonly (IToken)[];
  readonly shape?: readonly (ShapeCstNode)[];
  readonly Assign?: readonly (IToken)[];
  readonly None?: readonly (IToken)[];
};

export interface ShapeCstNode {
  readonly name: "shape";
  readonly location?: CstNodeLocation;
  readonly children: ShapeCstChildren;
}

export type ShapeCstChildren = {
  readonly LeftBracket?: readonly (IToken)[];
  readonly axis?: readonly (AxisCstNode)[];
  readonly Comma?: readonly (IToken)[];
  readonly RightBracket?: readonly (IToken)[];
};

export interface AxisCstNode {
  readonly name: "axis";
  readonly location?: CstNodeLocation;
  readonly children: AxisCstChildren;
}

export type AxisCstChildren = {
  readonly OpenEnd?: readonly (IToken)[];
  readonly DotDot?: readonly (IToken)[];
  readonly Question?: readonly (IToken)[];
  readonly Number?: readonly (IToken)[];
  readonly Name?: readonly (IToken)[];
  readonly Key?: readonly (IToken)[];
  readonly Colon?: readonly (IToken)[];
  readonly flat?: readonly (FlatCstNode)[];
};

export interface BodyCstNode {
  readonly name: "body";
  readonly location?: CstNodeLocation;
  readonly children: BodyCstChildren;
}

export type BodyCstChildren = {
  readonly LeftBrace?: readonly (IToken)[];
  readonly statement?: readonly (StatementCstNode)[];
  readonly Comma?: readonly (IToken)[];
  readonly RightBrace?: readonly (IToken)[];
};

export interface StatementCstNode {
  readonly name: "statement";
  readonly location?: CstNodeLocation;
  readonly children: StatementCstChildren;
}

export type StatementCstChildren = {
  readonly returns?: readonly (ReturnsCstNode)[];
  readonly head?: readonly (HeadCstNode)[];
  readonly definition?: readonly (DefinitionCstNode)[];
};

export interface ReturnsCstNode {
  readonly name: "returns";
  readonly location?: CstNodeLocation;
  readonly children: ReturnsCstChildren;
}

export type ReturnsCstChildren = {
  readonly Return?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
};

export interface HeadCstNode {
  readonly name: "head";
  readonly location?: CstNodeLocation;
  readonly children: HeadCstChildren;
}

export type HeadCstChildren = {
  readonly Head?: readonly (IToken)[];
  readonly Binding?: readonly (IToken)[];
  readonly postfix?: readonly (PostfixCstNode)[];
  readonly Assign?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
  readonly suffixes?: readonly (SuffixesCstNode)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface DefinitionCstNode {
  readonly name: "definition";
  readonly location?: CstNodeLocation;
  readonly children: DefinitionCstChildren;
}

export type DefinitionCstChildren = {
  readonly Binding?: readonly (IToken)[];
  readonly Key?: readonly (IToken)[];
  readonly Colon?: readonly (IToken)[];
  readonly shape?: readonly (ShapeCstNode)[];
  readonly Assign?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
  readonly suffixes?: readonly (SuffixesCstNode)[];
};

export interface SuffixesCstNode {
  readonly name: "suffixes";
  readonly location?: CstNodeLocation;
  readonly children: SuffixesCstChildren;
}

export type SuffixesCstChildren = {
  readonly suffix?: readonly (SuffixCstNode)[];
};

export interface SuffixCstNode {
  readonly name: "suffix";
  readonly location?: CstNodeLocation;
  readonly children: SuffixCstChildren;
}

export type SuffixCstChildren = {
  readonly For?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
  readonly In?: readonly (IToken)[];
  readonly flat?: readonly (FlatCstNode)[];
  readonly If?: readonly (IToken)[];
};

export interface MapCstNode {
  readonly name: "map";
  readonly location?: CstNodeLocation;
  readonly children: MapCstChildren;
}

export type MapCstChildren = {
  readonly LeftBrace?: readonly (IToken)[];
  readonly entry?: readonly (EntryCstNode)[];
  readonly Comma?: readonly (IToken)[];
  readonly RightBrace?: readonly (IToken)[];
};

export interface EntryCstNode {
  readonly name: "entry";
  readonly location?: CstNodeLocation;
  readonly children: EntryCstChildren;
}

export type EntryCstChildren = {
  readonly path?: readonly (PathCstNode)[];
  readonly Colon?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
  readonly suffixes?: readonly (SuffixesCstNode)[];
};

export interface PathCstNode {
  readonly name: "path";
  readonly location?: CstNodeLocation;
  readonly children: PathCstChildren;
}

export type PathCstChildren = {
  readonly segment?: readonly (SegmentCstNode)[];
  readonly Dot?: readonly (IToken)[];
};

export interface SegmentCstNode {
  readonly name: "segment";
  readonly location?: CstNodeLocation;
  readonly children: SegmentCstChildren;
}

export type SegmentCstChildren = {
  readonly Key?: readonly (IToken)[];
  readonly Name?: readonly (IToken)[];
  readonly StarStar?: readonly (IToken)[];
  readonly LeftBracket?: readonly (IToken)[];
  readonly flat?: readonly (FlatCstNode)[];
  readonly RightBracket?: readonly (IToken)[];
};

export interface ExprCstNode {
  readonly name: "expr";
  readonly location?: CstNodeLocation;
  readonly children: ExprCstChildren;
}

export type ExprCstChildren = {
  readonly choice?: readonly (ChoiceCstNode)[];
  readonly flat?: readonly (FlatCstNode)[];
};

export interface ChoiceCstNode {
  readonly name: "choice";
  readonly location?: CstNodeLocation;
  readonly children: ChoiceCstChildren;
}

export type ChoiceCstChildren = {
  readonly If?: readonly (IToken)[];
  readonly flat?: readonly (FlatCstNode)[];
  readonly Then?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
  readonly Else?: readonly (IToken)[];
};

export interface FlatCstNode {
  readonly name: "flat";
  readonly location?: CstNodeLocation;
  readonly children: FlatCstChildren;
}

export type FlatCstChildren = {
  readonly openRange?: readonly (OpenRangeCstNode)[];
  readonly operand?: readonly (OperandCstNode)[];
  readonly step?: readonly (StepCstNode)[];
};

export interface OpenRangeCstNode {
  readonly name: "openRange";
  readonly location?: CstNodeLocation;
  readonly children: OpenRangeCstChildren;
}

export type OpenRangeCstChildren = {
  readonly DotDot?: readonly (IToken)[];
  readonly operand?: readonly (OperandCstNode)[];
  readonly OpenEnd?: readonly (IToken)[];
};

export interface StepCstNode {
  readonly name: "step";
  readonly location?: CstNodeLocation;
  readonly children: StepCstChildren;
}

export type StepCstChildren = {
  readonly operator?: readonly (OperatorCstNode)[];
  readonly operand?: readonly (OperandCstNode)[];
  readonly openRange?: readonly (OpenRangeCstNode)[];
  readonly Arrow?: readonly (IToken)[];
  readonly postfix?: readonly (PostfixCstNode)[];
  readonly With?: readonly (IToken)[];
  readonly map?: readonly (MapCstNode)[];
};

export interface OperatorCstNode {
  readonly name: "operator";
  readonly location?: CstNodeLocation;
  readonly children: OperatorCstChildren;
}

export type OperatorCstChildren = {
  readonly Or?: readonly (IToken)[];
  readonly And?: readonly (IToken)[];
  readonly In?: readonly (IToken)[];
  readonly Equal?: readonly (IToken)[];
  readonly NotEqual?: readonly (IToken)[];
  readonly Less?: readonly (IToken)[];
  readonly AtMost?: readonly (IToken)[];
  readonly Greater?: readonly (IToken)[];
  readonly AtLeast?: readonly (IToken)[];
  readonly Plus?: readonly (IToken)[];
  readonly Minus?: readonly (IToken)[];
  readonly Star?: readonly (IToken)[];
  readonly Slash?: readonly (IToken)[];
  readonly Caret?: readonly (IToken)[];
};

export interface OperandCstNode {
  readonly name: "operand";
  readonly location?: CstNodeLocation;
  readonly children: OperandCstChildren;
}

export type OperandCstChildren = {
  readonly prefix?: readonly (PrefixCstNode)[];
  readonly postfix?: readonly (PostfixCstNode)[];
};

export interface PrefixCstNode {
  readonly name: "prefix";
  readonly location?: CstNodeLocation;
  readonly children: PrefixCstChildren;
}

export type PrefixCstChildren = {
  readonly Not?: readonly (IToken)[];
  readonly Minus?: readonly (IToken)[];
};

export interface PostfixCstNode {
  readonly name: "postfix";
  readonly location?: CstNodeLocation;
  readonly children: PostfixCstChildren;
}

export type PostfixCstChildren = {
  readonly primary?: readonly (PrimaryCstNode)[];
  readonly trailer?: readonly (TrailerCstNode)[];
};

export interface TrailerCstNode {
  readonly name: "trailer";
  readonly location?: CstNodeLocation;
  readonly children: TrailerCstChildren;
}

export type TrailerCstChildren = {
  readonly args?: readonly (ArgsCstNode)[];
  readonly index?: readonly (IndexCstNode)[];
  readonly Dot?: readonly (IToken)[];
  readonly anyName?: readonly (AnyNameCstNode)[];
};

export interface ArgsCstNode {
  readonly name: "args";
  readonly location?: CstNodeLocation;
  readonly children: ArgsCstChildren;
}

export type ArgsCstChildren = {
  readonly LeftParen?: readonly (IToken)[];
  readonly argument?: readonly (ArgumentCstNode)[];
  readonly Comma?: readonly (IToken)[];
  readonly RightParen?: readonly (IToken)[];
};

export interface ArgumentCstNode {
  readonly name: "argument";
  readonly location?: CstNodeLocation;
  readonly children: ArgumentCstChildren;
}

export type ArgumentCstChildren = {
  readonly Key?: readonly (IToken)[];
  readonly Colon?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
  readonly suffixes?: readonly (SuffixesCstNode)[];
};

export interface IndexCstNode {
  readonly name: "index";
  readonly location?: CstNodeLocation;
  readonly children: IndexCstChildren;
}

export type IndexCstChildren = {
  readonly LeftBracket?: readonly (IToken)[];
  readonly place?: readonly (PlaceCstNode)[];
  readonly Comma?: readonly (IToken)[];
  readonly RightBracket?: readonly (IToken)[];
};

export interface PlaceCstNode {
  readonly name: "place";
  readonly location?: CstNodeLocation;
  readonly children: PlaceCstChildren;
}

export type PlaceCstChildren = {
  readonly Key?: readonly (IToken)[];
  readonly Colon?: readonly (IToken)[];
  readonly flat?: readonly (FlatCstNode)[];
};

export interface PrimaryCstNode {
  readonly name: "primary";
  readonly location?: CstNodeLocation;
  readonly children: PrimaryCstChildren;
}

export type PrimaryCstChildren = {
  readonly quantity?: readonly (QuantityCstNode)[];
  readonly String?: readonly (IToken)[];
  readonly True?: readonly (IToken)[];
  readonly False?: readonly (IToken)[];
  readonly None?: readonly (IToken)[];
  readonly Name?: readonly (IToken)[];
  readonly group?: readonly (GroupCstNode)[];
  readonly list?: readonly (ListCstNode)[];
  readonly map?: readonly (MapCstNode)[];
  readonly match?: readonly (MatchCstNode)[];
};

export interface QuantityCstNode {
  readonly name: "quantity";
  readonly location?: CstNodeLocation;
  readonly children: QuantityCstChildren;
}

export type QuantityCstChildren = {
  readonly Number?: readonly (IToken)[];
  readonly Unit?: readonly (IToken)[];
};

export interface GroupCstNode {
  readonly name: "group";
  readonly location?: CstNodeLocation;
  readonly children: GroupCstChildren;
}

export type GroupCstChildren = {
  readonly LeftParen?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
  readonly Comma?: readonly (IToken)[];
  readonly RightParen?: readonly (IToken)[];
};

export interface ListCstNode {
  readonly name: "list";
  readonly location?: CstNodeLocation;
  readonly children: ListCstChildren;
}

export type ListCstChildren = {
  readonly LeftBracket?: readonly (IToken)[];
  readonly argument?: readonly (ArgumentCstNode)[];
  readonly Comma?: readonly (IToken)[];
  readonly RightBracket?: readonly (IToken)[];
};

export interface MatchCstNode {
  readonly name: "match";
  readonly location?: CstNodeLocation;
  readonly children: MatchCstChildren;
}

export type MatchCstChildren = {
  readonly Match?: readonly (IToken)[];
  readonly postfix?: readonly (PostfixCstNode)[];
  readonly LeftBrace?: readonly (IToken)[];
  readonly arm?: readonly (ArmCstNode)[];
  readonly Comma?: readonly (IToken)[];
  readonly RightBrace?: readonly (IToken)[];
};

export interface ArmCstNode {
  readonly name: "arm";
  readonly location?: CstNodeLocation;
  readonly children: ArmCstChildren;
}

export type ArmCstChildren = {
  readonly Key?: readonly (IToken)[];
  readonly String?: readonly (IToken)[];
  readonly Number?: readonly (IToken)[];
  readonly Colon?: readonly (IToken)[];
  readonly expr?: readonly (ExprCstNode)[];
};
