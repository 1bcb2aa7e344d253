// Generated from grammar/rules.ts by scripts/generate.ts.
import type { Part } from "./quick-parser.ts";

/** What each rule consists of. */
export const grammar: Readonly<Record<string, readonly Part[]>> = {
  file: [
    {"kind":"many","begins":["TopBinding","Use","Data","Task","Encoder","Module","Loss","Model","Stage","Sweep","Assemble","Export","Submit","Profile"],"parts":[{"kind":"rule","name":"declaration"}]},
  ],
  declaration: [
    {"kind":"choice","by":{"TopBinding":11,"Use":0,"Data":1,"Task":2,"Encoder":3,"Module":4,"Loss":4,"Model":5,"Stage":6,"Sweep":7,"Assemble":8,"Export":9,"Submit":9,"Profile":10},"alternatives":[[{"kind":"rule","name":"use"}],[{"kind":"rule","name":"data"}],[{"kind":"rule","name":"task"}],[{"kind":"rule","name":"encoder"}],[{"kind":"rule","name":"module"}],[{"kind":"rule","name":"model"}],[{"kind":"rule","name":"stage"}],[{"kind":"rule","name":"sweep"}],[{"kind":"rule","name":"assembly"}],[{"kind":"rule","name":"output"}],[{"kind":"rule","name":"profile"}],[{"kind":"rule","name":"binding"}]]},
  ],
  use: [
    {"kind":"token","name":"Use"},
    {"kind":"token","name":"String"},
    {"kind":"optional","begins":["As"],"parts":[{"kind":"token","name":"As"},{"kind":"rule","name":"anyName"}]},
  ],
  binding: [
    {"kind":"token","name":"TopBinding"},
    {"kind":"token","name":"Assign"},
    {"kind":"rule","name":"expr"},
  ],
  data: [
    {"kind":"token","name":"Data"},
    {"kind":"rule","name":"anyName"},
    {"kind":"optional","begins":["LeftParen"],"parts":[{"kind":"rule","name":"parameters"}]},
    {"kind":"rule","name":"map"},
  ],
  task: [
    {"kind":"token","name":"Task"},
    {"kind":"rule","name":"anyName"},
    {"kind":"token","name":"Assign"},
    {"kind":"rule","name":"expr"},
    {"kind":"optional","begins":["LeftBrace"],"parts":[{"kind":"rule","name":"map"}]},
  ],
  encoder: [
    {"kind":"token","name":"Encoder"},
    {"kind":"rule","name":"anyName"},
    {"kind":"token","name":"Assign"},
    {"kind":"rule","name":"expr"},
    {"kind":"optional","begins":["LeftBrace"],"parts":[{"kind":"rule","name":"map"}]},
  ],
  module: [
    {"kind":"choice","by":{"Module":0,"Loss":1},"alternatives":[[{"kind":"token","name":"Module"}],[{"kind":"token","name":"Loss"}]]},
    {"kind":"rule","name":"anyName"},
    {"kind":"rule","name":"parameters"},
    {"kind":"rule","name":"inputs"},
    {"kind":"optional","begins":["Arrow"],"parts":[{"kind":"token","name":"Arrow"},{"kind":"rule","name":"shape"}]},
    {"kind":"rule","name":"body"},
  ],
  model: [
    {"kind":"token","name":"Model"},
    {"kind":"rule","name":"anyName"},
    {"kind":"rule","name":"parameters"},
    {"kind":"rule","name":"inputs"},
    {"kind":"rule","name":"body"},
  ],
  stage: [
    {"kind":"token","name":"Stage"},
    {"kind":"rule","name":"anyName"},
    {"kind":"optional","begins":["LeftParen"],"parts":[{"kind":"rule","name":"parameters"}]},
    {"kind":"token","name":"Assign"},
    {"kind":"choice","by":{"Train":0,"Apply":1},"alternatives":[[{"kind":"token","name":"Train"}],[{"kind":"token","name":"Apply"}]]},
    {"kind":"rule","name":"postfix"},
    {"kind":"token","name":"On"},
    {"kind":"rule","name":"dataExpr"},
    {"kind":"optional","begins":["LeftBrace"],"parts":[{"kind":"rule","name":"map"}]},
  ],
  sweep: [
    {"kind":"token","name":"Sweep"},
    {"kind":"rule","name":"anyName"},
    {"kind":"token","name":"Assign"},
    {"kind":"rule","name":"postfix"},
    {"kind":"rule","name":"map"},
  ],
  assembly: [
    {"kind":"token","name":"Assemble"},
    {"kind":"rule","name":"anyName"},
    {"kind":"optional","begins":["LeftParen"],"parts":[{"kind":"rule","name":"parameters"}]},
    {"kind":"token","name":"On"},
    {"kind":"rule","name":"dataExpr"},
    {"kind":"rule","name":"map"},
  ],
  output: [
    {"kind":"choice","by":{"Export":0,"Submit":1},"alternatives":[[{"kind":"token","name":"Export"}],[{"kind":"token","name":"Submit"}]]},
    {"kind":"rule","name":"postfix"},
    {"kind":"optional","begins":["LeftBrace"],"parts":[{"kind":"rule","name":"map"}]},
  ],
  profile: [
    {"kind":"token","name":"Profile"},
    {"kind":"rule","name":"anyName"},
    {"kind":"rule","name":"map"},
  ],
  dataExpr: [
    {"kind":"rule","name":"postfix"},
    {"kind":"many","begins":["With"],"parts":[{"kind":"token","name":"With"},{"kind":"rule","name":"map"}]},
  ],
  anyName: [
    {"kind":"choice","by":{"Name":0,"Key":2,"Binding":1},"alternatives":[[{"kind":"token","name":"Name"}],[{"kind":"token","name":"Binding"}],[{"kind":"token","name":"Key"}]]},
  ],
  parameters: [
    {"kind":"token","name":"LeftParen"},
    {"kind":"separated","begins":["Key"],"by":"Comma","parts":[{"kind":"rule","name":"parameter"}]},
    {"kind":"token","name":"RightParen"},
  ],
  parameter: [
    {"kind":"token","name":"Key"},
    {"kind":"token","name":"Colon"},
    {"kind":"rule","name":"type"},
    {"kind":"optional","begins":["Assign"],"parts":[{"kind":"token","name":"Assign"},{"kind":"rule","name":"expr"}]},
  ],
  type: [
    {"kind":"separated","begins":[],"by":"Pipe","parts":[{"kind":"rule","name":"plainType"}]},
    {"kind":"optional","begins":["Question"],"parts":[{"kind":"token","name":"Question"}]},
  ],
  plainType: [
    {"kind":"choice","by":{"Name":0,"LeftBracket":1,"LeftBrace":2,"Key":0,"Binding":0,"None":3},"alternatives":[[{"kind":"rule","name":"anyName"}],[{"kind":"rule","name":"listType"}],[{"kind":"rule","name":"mapType"}],[{"kind":"token","name":"None"}]]},
  ],
  listType: [
    {"kind":"token","name":"LeftBracket"},
    {"kind":"rule","name":"type"},
    {"kind":"token","name":"RightBracket"},
  ],
  mapType: [
    {"kind":"token","name":"LeftBrace"},
    {"kind":"rule","name":"type"},
    {"kind":"token","name":"Colon"},
    {"kind":"rule","name":"type"},
    {"kind":"token","name":"RightBrace"},
  ],
  inputs: [
    {"kind":"token","name":"LeftParen"},
    {"kind":"separated","begins":["Name","Key","Binding"],"by":"Comma","parts":[{"kind":"rule","name":"moduleInput"}]},
    {"kind":"token","name":"RightParen"},
  ],
  moduleInput: [
    {"kind":"rule","name":"anyName"},
    {"kind":"optional","begins":["Colon"],"parts":[{"kind":"token","name":"Colon"},{"kind":"optional","begins":["Many"],"parts":[{"kind":"token","name":"Many"}]},{"kind":"rule","name":"shape"}]},
    {"kind":"optional","begins":["Assign"],"parts":[{"kind":"token","name":"Assign"},{"kind":"token","name":"None"}]},
  ],
  shape: [
    {"kind":"token","name":"LeftBracket"},
    {"kind":"separated","begins":["Number","Name","DotDot","OpenEnd","Question","Key"],"by":"Comma","parts":[{"kind":"rule","name":"axis"}]},
    {"kind":"token","name":"RightBracket"},
  ],
  axis: [
    {"kind":"choice","by":{"Number":3,"Name":4,"DotDot":1,"OpenEnd":0,"Question":2,"Key":5},"alternatives":[[{"kind":"token","name":"OpenEnd"}],[{"kind":"token","name":"DotDot"}],[{"kind":"token","name":"Question"}],[{"kind":"token","name":"Number"}],[{"kind":"token","name":"Name"}],[{"kind":"token","name":"Key"},{"kind":"token","name":"Colon"},{"kind":"rule","name":"flat"}]]},
  ],
  body: [
    {"kind":"token","name":"LeftBrace"},
    {"kind":"many","begins":["Key","Binding","Return","Head"],"parts":[{"kind":"rule","name":"statement"},{"kind":"optional","begins":["Comma"],"parts":[{"kind":"token","name":"Comma"}]}]},
    {"kind":"token","name":"RightBrace"},
  ],
  statement: [
    {"kind":"choice","by":{"Key":2,"Binding":2,"Return":0,"Head":1},"alternatives":[[{"kind":"rule","name":"returns"}],[{"kind":"rule","name":"head"}],[{"kind":"rule","name":"definition"}]]},
  ],
  returns: [
    {"kind":"token","name":"Return"},
    {"kind":"rule","name":"expr"},
  ],
  head: [
    {"kind":"token","name":"Head"},
    {"kind":"choice","by":{"Number":1,"String":1,"Name":1,"LeftParen":1,"LeftBracket":1,"LeftBrace":1,"Binding":0,"Match":1,"True":1,"False":1,"None":1},"alternatives":[[{"kind":"token","name":"Binding"}],[{"kind":"rule","name":"postfix"}]]},
    {"kind":"token","name":"Assign"},
    {"kind":"rule","name":"expr"},
    {"kind":"rule","name":"suffixes"},
    {"kind":"optional","begins":["LeftBrace"],"parts":[{"kind":"rule","name":"map"}]},
  ],
  definition: [
    {"kind":"choice","by":{"Key":1,"Binding":0},"alternatives":[[{"kind":"token","name":"Binding"}],[{"kind":"token","name":"Key"},{"kind":"token","name":"Colon"},{"kind":"rule","name":"shape"}]]},
    {"kind":"token","name":"Assign"},
    {"kind":"rule","name":"expr"},
    {"kind":"rule","name":"suffixes"},
  ],
  suffixes: [
    {"kind":"many","begins":["For","If"],"parts":[{"kind":"rule","name":"suffix"}]},
  ],
  suffix: [
    {"kind":"choice","by":{"For":0,"If":1},"alternatives":[[{"kind":"token","name":"For"},{"kind":"rule","name":"anyName"},{"kind":"token","name":"In"},{"kind":"rule","name":"flat"}],[{"kind":"token","name":"If"},{"kind":"rule","name":"flat"}]]},
  ],
  map: [
    {"kind":"token","name":"LeftBrace"},
    {"kind":"many","begins":["Name","StarStar","Key"],"parts":[{"kind":"rule","name":"entry"},{"kind":"optional","begins":["Comma"],"parts":[{"kind":"token","name":"Comma"}]}]},
    {"kind":"token","name":"RightBrace"},
  ],
  entry: [
    {"kind":"rule","name":"path"},
    {"kind":"token","name":"Colon"},
    {"kind":"rule","name":"expr"},
    {"kind":"rule","name":"suffixes"},
  ],
  path: [
    {"kind":"separated","begins":[],"by":"Dot","parts":[{"kind":"rule","name":"segment"}]},
  ],
  segment: [
    {"kind":"choice","by":{"Name":1,"StarStar":2,"Key":0},"alternatives":[[{"kind":"token","name":"Key"}],[{"kind":"token","name":"Name"}],[{"kind":"token","name":"StarStar"}]]},
    {"kind":"many","begins":["LeftBracket"],"parts":[{"kind":"token","name":"LeftBracket"},{"kind":"rule","name":"flat"},{"kind":"token","name":"RightBracket"}]},
  ],
  expr: [
    {"kind":"choice","by":{"Number":1,"String":1,"Name":1,"DotDot":1,"OpenEnd":1,"Minus":1,"LeftParen":1,"LeftBracket":1,"LeftBrace":1,"If":0,"Match":1,"Not":1,"True":1,"False":1,"None":1},"alternatives":[[{"kind":"rule","name":"choice"}],[{"kind":"rule","name":"flat"}]]},
  ],
  choice: [
    {"kind":"token","name":"If"},
    {"kind":"rule","name":"flat"},
    {"kind":"token","name":"Then"},
    {"kind":"rule","name":"expr"},
    {"kind":"token","name":"Else"},
    {"kind":"rule","name":"expr"},
  ],
  flat: [
    {"kind":"choice","by":{"Number":1,"String":1,"Name":1,"DotDot":0,"OpenEnd":0,"Minus":1,"LeftParen":1,"LeftBracket":1,"LeftBrace":1,"Match":1,"Not":1,"True":1,"False":1,"None":1},"alternatives":[[{"kind":"rule","name":"openRange"}],[{"kind":"rule","name":"operand"}]]},
    {"kind":"many","begins":["Arrow","DotDot","OpenEnd","Equal","NotEqual","AtMost","AtLeast","Less","Greater","Plus","Minus","Star","Slash","Caret","In","With","And","Or"],"parts":[{"kind":"rule","name":"step"}]},
  ],
  openRange: [
    {"kind":"choice","by":{"DotDot":0,"OpenEnd":1},"alternatives":[[{"kind":"token","name":"DotDot"},{"kind":"rule","name":"operand"}],[{"kind":"token","name":"OpenEnd"}]]},
  ],
  step: [
    {"kind":"choice","by":{"Arrow":2,"DotDot":1,"OpenEnd":1,"Equal":0,"NotEqual":0,"AtMost":0,"AtLeast":0,"Less":0,"Greater":0,"Plus":0,"Minus":0,"Star":0,"Slash":0,"Caret":0,"In":0,"With":3,"And":0,"Or":0},"alternatives":[[{"kind":"rule","name":"operator"},{"kind":"rule","name":"operand"}],[{"kind":"rule","name":"openRange"}],[{"kind":"token","name":"Arrow"},{"kind":"rule","name":"postfix"}],[{"kind":"token","name":"With"},{"kind":"rule","name":"map"}]]},
  ],
  operator: [
    {"kind":"choice","by":{"Equal":3,"NotEqual":4,"AtMost":6,"AtLeast":8,"Less":5,"Greater":7,"Plus":9,"Minus":10,"Star":11,"Slash":12,"Caret":13,"In":2,"And":1,"Or":0},"alternatives":[[{"kind":"token","name":"Or"}],[{"kind":"token","name":"And"}],[{"kind":"token","name":"In"}],[{"kind":"token","name":"Equal"}],[{"kind":"token","name":"NotEqual"}],[{"kind":"token","name":"Less"}],[{"kind":"token","name":"AtMost"}],[{"kind":"token","name":"Greater"}],[{"kind":"token","name":"AtLeast"}],[{"kind":"token","name":"Plus"}],[{"kind":"token","name":"Minus"}],[{"kind":"token","name":"Star"}],[{"kind":"token","name":"Slash"}],[{"kind":"token","name":"Caret"}]]},
  ],
  operand: [
    {"kind":"many","begins":["Minus","Not"],"parts":[{"kind":"rule","name":"prefix"}]},
    {"kind":"rule","name":"postfix"},
  ],
  prefix: [
    {"kind":"choice","by":{"Minus":1,"Not":0},"alternatives":[[{"kind":"token","name":"Not"}],[{"kind":"token","name":"Minus"}]]},
  ],
  postfix: [
    {"kind":"rule","name":"primary"},
    {"kind":"many","begins":["LeftParen","LeftBracket","Dot"],"parts":[{"kind":"rule","name":"trailer"}]},
  ],
  trailer: [
    {"kind":"choice","by":{"LeftParen":0,"LeftBracket":1,"Dot":2},"alternatives":[[{"kind":"rule","name":"args"}],[{"kind":"rule","name":"index"}],[{"kind":"token","name":"Dot"},{"kind":"rule","name":"anyName"}]]},
  ],
  args: [
    {"kind":"token","name":"LeftParen"},
    {"kind":"separated","begins":["Number","String","Name","DotDot","OpenEnd","Minus","LeftParen","LeftBracket","LeftBrace","Key","If","Match","Not","True","False","None"],"by":"Comma","parts":[{"kind":"rule","name":"argument"}]},
    {"kind":"token","name":"RightParen"},
  ],
  argument: [
    {"kind":"optional","begins":["Key"],"parts":[{"kind":"token","name":"Key"},{"kind":"token","name":"Colon"}]},
    {"kind":"rule","name":"expr"},
    {"kind":"rule","name":"suffixes"},
  ],
  index: [
    {"kind":"token","name":"LeftBracket"},
    {"kind":"separated","begins":[],"by":"Comma","parts":[{"kind":"rule","name":"place"}]},
    {"kind":"token","name":"RightBracket"},
  ],
  place: [
    {"kind":"choice","by":{"Number":1,"String":1,"Name":1,"DotDot":1,"OpenEnd":1,"Minus":1,"LeftParen":1,"LeftBracket":1,"LeftBrace":1,"Key":0,"Match":1,"Not":1,"True":1,"False":1,"None":1},"alternatives":[[{"kind":"token","name":"Key"},{"kind":"token","name":"Colon"},{"kind":"rule","name":"flat"}],[{"kind":"rule","name":"flat"},{"kind":"optional","begins":["Colon"],"parts":[{"kind":"token","name":"Colon"},{"kind":"rule","name":"flat"}]}]]},
  ],
  primary: [
    {"kind":"choice","by":{"Number":0,"String":1,"Name":5,"LeftParen":6,"LeftBracket":7,"LeftBrace":8,"Match":9,"True":2,"False":3,"None":4},"alternatives":[[{"kind":"rule","name":"quantity"}],[{"kind":"token","name":"String"}],[{"kind":"token","name":"True"}],[{"kind":"token","name":"False"}],[{"kind":"token","name":"None"}],[{"kind":"token","name":"Name"}],[{"kind":"rule","name":"group"}],[{"kind":"rule","name":"list"}],[{"kind":"rule","name":"map"}],[{"kind":"rule","name":"match"}]]},
  ],
  quantity: [
    {"kind":"token","name":"Number"},
    {"kind":"optional","begins":["Unit"],"parts":[{"kind":"token","name":"Unit"}]},
  ],
  group: [
    {"kind":"token","name":"LeftParen"},
    {"kind":"separated","begins":[],"by":"Comma","parts":[{"kind":"rule","name":"expr"}]},
    {"kind":"token","name":"RightParen"},
  ],
  list: [
    {"kind":"token","name":"LeftBracket"},
    {"kind":"separated","begins":["Number","String","Name","DotDot","OpenEnd","Minus","LeftParen","LeftBracket","LeftBrace","Key","If","Match","Not","True","False","None"],"by":"Comma","parts":[{"kind":"rule","name":"argument"}]},
    {"kind":"token","name":"RightBracket"},
  ],
  match: [
    {"kind":"token","name":"Match"},
    {"kind":"rule","name":"postfix"},
    {"kind":"token","name":"LeftBrace"},
    {"kind":"many","begins":["Number","String","Key"],"parts":[{"kind":"rule","name":"arm"},{"kind":"optional","begins":["Comma"],"parts":[{"kind":"token","name":"Comma"}]}]},
    {"kind":"token","name":"RightBrace"},
  ],
  arm: [
    {"kind":"choice","by":{"Number":2,"String":1,"Key":0},"alternatives":[[{"kind":"token","name":"Key"}],[{"kind":"token","name":"String"}],[{"kind":"token","name":"Number"}]]},
    {"kind":"token","name":"Colon"},
    {"kind":"rule","name":"expr"},
  ],
};
