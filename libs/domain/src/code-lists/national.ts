import { entries, type CodeList } from './code-list.js';

export const gbt2261_1: CodeList = {
  zh: '性别（GB/T 2261.1）',
  en: 'Sex (GB/T 2261.1)',
  status: 'assumed',
  source: 'general knowledge of GB/T 2261.1',
  entries: entries(`
    0 未知的性别 | unknown
    1 男性 | male
    2 女性 | female
    9 未说明的性别 | not stated
  `),
};

export const gb3304: CodeList = {
  zh: '民族（GB/T 3304）',
  en: 'Ethnic group (GB/T 3304)',
  status: 'sourced',
  source:
    'public code list bailei1987/dotnet, ENation.cs (all 56), name 36 毛南族 as in GB 3304-1991; English names as the standard romanises them',
  entries: entries(`
    01 汉族 | Han
    02 蒙古族 | Mongol
    03 回族 | Hui
    04 藏族 | Zang
    05 维吾尔族 | Uygur
    06 苗族 | Miao
    07 彝族 | Yi
    08 壮族 | Zhuang
    09 布依族 | Buyei
    10 朝鲜族 | Chosen
    11 满族 | Man
    12 侗族 | Dong
    13 瑶族 | Yao
    14 白族 | Bai
    15 土家族 | Tujia
    16 哈尼族 | Hani
    17 哈萨克族 | Kazak
    18 傣族 | Dai
    19 黎族 | Li
    20 傈僳族 | Lisu
    21 佤族 | Va
    22 畲族 | She
    23 高山族 | Gaoshan
    24 拉祜族 | Lahu
    25 水族 | Sui
    26 东乡族 | Dongxiang
    27 纳西族 | Naxi
    28 景颇族 | Jingpo
    29 柯尔克孜族 | Kirgiz
    30 土族 | Tu
    31 达斡尔族 | Daur
    32 仫佬族 | Mulao
    33 羌族 | Qiang
    34 布朗族 | Blang
    35 撒拉族 | Salar
    36 毛南族 | Maonan
    37 仡佬族 | Gelao
    38 锡伯族 | Xibe
    39 阿昌族 | Achang
    40 普米族 | Pumi
    41 塔吉克族 | Tajik
    42 怒族 | Nu
    43 乌孜别克族 | Uzbek
    44 俄罗斯族 | Russ
    45 鄂温克族 | Ewenki
    46 德昂族 | Deang
    47 保安族 | Bonan
    48 裕固族 | Yugur
    49 京族 | Gin
    50 塔塔尔族 | Tatar
    51 独龙族 | Derung
    52 鄂伦春族 | Oroqen
    53 赫哲族 | Hezhen
    54 门巴族 | Monba
    55 珞巴族 | Lhoba
    56 基诺族 | Jino
  `),
};

export const gbt4658: CodeList = {
  zh: '学历（GB/T 4658）',
  en: 'Education (GB/T 4658)',
  status: 'assumed',
  source: 'general knowledge of GB/T 4658, main values only',
  entries: entries(`
    10 研究生教育 | postgraduate
    20 大学本科教育 | undergraduate
    30 大学专科教育 | college
    40 中等职业教育 | secondary vocational
    60 普通高级中学教育 | senior secondary
    70 初级中学教育 | junior secondary
    80 小学教育 | primary
    90 其他 | other
  `),
};

export const gbt4761: CodeList = {
  zh: '家庭关系（GB/T 4761）',
  en: 'Family relation (GB/T 4761)',
  status: 'sourced',
  source: 'public code list mabo0001/csharpforqingce, DicRelation.cs; not the standard itself',
  entries: entries(`
    01 本人 | self
    02 户主 | head
    10 配偶 | spouse
    11 夫 | husband
    12 妻 | wife
    20 子 | son
    21 独生子 | only son
    22 长子 | eldest son
    23 次子 | second son
    24 三子 | third son
    25 四子 | fourth son
    26 五子 | fifth son
    27 养子或继子 | adopted or step-son
    28 女婿 | son-in-law
    29 其他儿子 | other son
    30 女 | daughter
    31 独生女 | only daughter
    32 长女 | eldest daughter
    33 次女 | second daughter
    34 三女 | third daughter
    35 四女 | fourth daughter
    36 五女 | fifth daughter
    37 养女或继女 | adopted or step-daughter
    38 儿媳 | daughter-in-law
    39 其他女儿 | other daughter
    40 孙子、孙女或外孙子、外孙女 | grandchild
    41 孙子 | son's son
    42 孙女 | son's daughter
    43 外孙子 | daughter's son
    44 外孙女 | daughter's daughter
    45 孙媳妇或外孙媳妇 | grandson's wife
    46 孙女婿或外孙女婿 | granddaughter's husband
    47 曾孙子或外曾孙子 | great-grandson
    48 曾孙女或外曾孙女 | great-granddaughter
    49 其他孙子、孙女或外孙子、外孙女 | other grandchild
    50 父母 | parent
    51 父亲 | father
    52 母亲 | mother
    53 公公 | husband's father
    54 婆婆 | husband's mother
    55 岳父 | wife's father
    56 岳母 | wife's mother
    57 继父或养父 | step- or adoptive father
    58 继母或养母 | step- or adoptive mother
    59 其他父母关系 | other parent
    60 祖父母或外祖父母 | grandparent
    61 祖父 | paternal grandfather
    62 祖母 | paternal grandmother
    63 外祖父 | maternal grandfather
    64 外祖母 | maternal grandmother
    65 配偶的祖父母或外祖父母 | spouse's grandparent
    66 曾祖父 | great-grandfather
    67 曾祖母 | great-grandmother
    68 配偶的曾祖父母或外曾祖父母 | spouse's great-grandparent
    69 其他祖父母或外祖父母 | other grandparent
    70 兄弟姐妹 | sibling
    71 兄 | elder brother
    72 嫂 | elder brother's wife
    73 弟 | younger brother
    74 弟媳 | younger brother's wife
    75 姐姐 | elder sister
    76 姐夫 | elder sister's husband
    77 妹妹 | younger sister
    78 妹夫 | younger sister's husband
    79 其他兄弟姐妹 | other sibling
    80 其他 | other relation
    81 伯父 | father's elder brother
    82 伯母 | wife of father's elder brother
    83 叔父 | father's younger brother
    84 婶母 | wife of father's younger brother
    85 舅父 | mother's brother
    86 舅母 | wife of mother's brother
    87 姨父 | husband of mother's sister
    88 姨母 | mother's sister
    89 姑父 | husband of father's sister
    90 姑母 | father's sister
    91 堂兄弟、堂姐妹 | cousin of the father's line
    92 表兄弟、表姐妹 | other cousin
    93 侄子 | brother's son
    94 侄女 | brother's daughter
    95 外甥 | sister's son
    96 外甥女 | sister's daughter
    97 其他亲属 | other relative
    99 非亲属 | not related
  `),
};
